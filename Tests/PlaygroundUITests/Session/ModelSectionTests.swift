import MaskedDiffusion
import PlaygroundUI
import Testing

@Suite("The page of a model")
struct ModelSectionTests {
  @Test func saysWhatItsFilesSayAndWhatItDidSoFar() throws {
    var rig = Rig()
    try rig.press("<right><right>M")
    #expect(rig.text.contains("stored as BF16"))
    #expect(rig.text.contains("config.json does not name the mask token"))
    #expect(rig.text.contains("2 in 24 ms: 12 ms each, 83.3 a second"))
    #expect(rig.text.contains("enter examines it"))
  }

  @Test func growsByWhatAnExaminationFinds() throws {
    var rig = Rig()
    try rig.press("M<enter>")
    #expect(rig.effects.contains(.examine(model: "story-1k")))
    #expect(rig.text.contains("0.31 nats"))
    #expect(rig.text.contains("was it trained at all?"))
    #expect(rig.text.contains("examines it again"))
    try rig.press("<escape>")
    #expect(!rig.text.contains("0.31 nats"))
  }

  @Test func showsInASmallWindowWhatIsFoundAsItComes() throws {
    var rig = Rig(rows: 12, columns: 60)
    try rig.press("M")
    #expect(!rig.text.contains("0.31 nats"))
    try rig.press("<enter>")
    #expect(rig.text.contains("0.31 nats"))
    #expect(rig.text.contains("1 illness"))
  }

  @Test func ofARecordedModelSaysWhatTheRecordingSays() throws {
    var first = Rig()
    try first.press("<right>")
    var rig = Rig(trace: first.state.session.trace(models: first.state.models))
    try rig.press("M<enter>")
    #expect(rig.text.contains("as the recording says"))
    #expect(rig.text.contains("is not loaded"))
  }

  @Test func whatFilesLeaveOpenIsSaidOnce() {
    var info = StoryModel.info()
    info.remarks = ["config.json does not say which token is the mask"]
    var rig = Rig()
    rig.send(.loaded(info))
    rig.send(.action(.restart))
    #expect(!rig.text.contains("does not say which token"))
    for character in ":length 20" { rig.send(.event(.key(.character(character)))) }
    rig.send(.event(.key(.enter)))
    #expect(rig.text.contains("does not say which token"))
    #expect(rig.text.contains("M says more"))
    for character in ":length 22" { rig.send(.event(.key(.character(character)))) }
    rig.send(.event(.key(.enter)))
    #expect(!rig.text.contains("does not say which token"))
  }

  @Test func blocksThatAreNotThoseOfItsTrainingAreWarnedOf() throws {
    var info = StoryModel.info()
    info.trainedBlockLength = 8
    var rig = Rig()
    rig.send(.loaded(info))
    try rig.press(":block 4<enter>")
    #expect(rig.text.contains("trained to write blocks of 8"))
    try rig.press(":block 8<enter>")
    #expect(!rig.text.contains("trained to write"))
  }
}
