import PlaygroundUI
import Testing
import _TestSupport

@Suite struct RecordingTerminalTests {
  @Test func reportsEventsInOrderAndThenWakes() {
    let terminal = RecordingTerminal(events: [.key(.enter)])
    terminal.send(.resize(ScreenSize(rows: 5, columns: 9)))
    terminal.waker.wake()
    #expect(terminal.nextEvent(timeout: nil) == .key(.enter))
    #expect(terminal.size == ScreenSize(rows: 24, columns: 80))
    #expect(terminal.nextEvent(timeout: nil) == .resize(ScreenSize(rows: 5, columns: 9)))
    #expect(terminal.size == ScreenSize(rows: 5, columns: 9))
    #expect(terminal.nextEvent(timeout: nil) == .wake)
    #expect(terminal.nextEvent(timeout: nil) == nil)
    terminal.suspend()
    #expect(terminal.nextEvent(timeout: nil) == .resume)
  }

  @Test func keepsWhatIsPainted() {
    let terminal = RecordingTerminal()
    var screen = Screen(size: terminal.size, symbols: terminal.symbols)
    screen.write("hello", row: 0, column: 0)
    terminal.paint(screen, theme: .light)
    #expect(terminal.screen == screen)
    #expect(terminal.theme == .light)
  }
}
