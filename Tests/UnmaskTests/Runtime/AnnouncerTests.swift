import PlaygroundUI
import Testing

@testable import unmask

@Suite struct AnnouncerTests {
  private func state(_ announcement: Preferences.Announcement, isRunning: Bool) -> Playground.State
  {
    let (start, _) = Playground.start(
      .model("x", prompt: "", length: nil, settings: nil), size: ScreenSize(rows: 24, columns: 80),
      preferences: Preferences(announcement: announcement))
    var state = start
    if isRunning { _ = Playground.update(&state, with: .action(.run)) }
    return state
  }

  @Test func saysNothingUnlessAsked() {
    var announcer = Announcer()
    #expect(announcer.sequence(for: state(.none, isRunning: false)) == nil)
    #expect(announcer.sequence(for: state(.bell, isRunning: false)) == nil)
    #expect(announcer.end() == nil)
  }
}
