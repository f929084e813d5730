import Testing

/// Settings that divide may be changed to settings that do not, at any time.
@Suite struct ExactBlocksTests {
  private func screen(_ keys: String) throws -> String {
    try CommandRun(
      arguments: [
        "screen", "--model", Fixture.path("llada/tiny-a"), "--length", "12", "--block-length", "4",
        "--steps", "6", "--size", "120x30", "--keys", keys,
      ]
    ).output
  }

  @Test(arguments: [
    ":steps 7<enter><right>", "<right><right>:steps 7<enter><right><left><right>",
    "<right><right>:steps 7<enter><right><right><left><left>b<right><right>",
    "<right><lt><right><left>b<right><right>", ":length 13<enter><right>",
    "<right>><right><right><left>m<right>",
  ])
  func nothingIsRefused(_ keys: String) throws {
    let text = try screen(keys)
    #expect(!text.contains("divide"))
    #expect(text.contains(/step [1-9] of/))
  }
}
