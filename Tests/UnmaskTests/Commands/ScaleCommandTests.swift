import Foundation
import Testing

@Suite("unmask scale")
struct ScaleCommandTests {
  private static func arguments(_ folder: ScratchDirectory, _ more: String...) throws -> [String] {
    let sentences = (0..<60).map {
      "The \(["red", "old"][$0 % 2]) \(["fox", "owl", "bear"][$0 % 3]) found \($0 % 7) kites."
    }
    let texts = try folder.file("texts.txt", sentences.joined(separator: "\n<|endoftext|>\n"))
    return [
      "scale", "--data", texts, "--out", folder.path("family"), "--shapes", "0.3m", "--budgets",
      "2", "--minutes", "0.03", "--canvas", "32", "--batch", "256", "--threads", "1",
    ] + more
  }

  @Test func aFamilyIsTrainedAndGoesOnWhereItWas() throws {
    let folder = try ScratchDirectory()
    let arguments = try Self.arguments(folder, "--json")
    let run = try CommandRun(arguments: arguments)
    #expect(run.status == 0, "\(run.errors)")
    let models = try run.json()["models"].elements
    #expect(
      models.compactMap { $0["model"].string } == [
        "mdm-0.3m-1", "ar-0.3m-1", "mdm-0.3m-2", "ar-0.3m-2",
      ])
    let operations = models.compactMap { $0["operations"].double }
    #expect(operations.count == 4 && operations[2] > operations[0])
    #expect(try run.json()["laws"]["masked"]["exponent"].double != nil)

    // A run that was killed before its last model was written down trains that one again.
    let results = try String(contentsOfFile: folder.path("family/results.jsonl"), encoding: .utf8)
    let lines = results.split(separator: "\n")
    #expect(lines.count == 5)
    try folder.file("family/results.jsonl", lines.dropLast().map { $0 + "\n" }.joined())
    try FileManager.default.removeItem(atPath: folder.path("family/ar-0.3m-2"))
    let again = try CommandRun(arguments: arguments)
    func losses(_ run: CommandRun) throws -> [Double?] {
      try run.json()["models"].elements.map { $0["nats_of_text"].double }
    }
    #expect(try losses(again) == losses(run))

    let other = try CommandRun(arguments: try Self.arguments(folder, "--ratio", "5"))
    #expect(other.status == 1 && other.errors.contains("a family with other options is here"))
  }

  @Test(arguments: [
    (["--shapes", "9b"], "shape is 9b"), (["--budgets", "0"], "budgets is 0"),
    (["--ratio", "1"], "ratio is 1.0"), (["--minutes", "0"], "minutes is 0.0"),
  ])
  func saysWhatIsWrong(_ arguments: [String], _ message: String) throws {
    let folder = try ScratchDirectory()
    let run = try CommandRun(arguments: ["scale", "--out", folder.path("family")] + arguments)
    #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
  }
}
