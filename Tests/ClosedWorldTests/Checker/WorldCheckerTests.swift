import Testing

@testable import ClosedWorld

@Suite struct WorldCheckerTests {
  private static func samples(_ size: WorldSize, _ count: Int, seed: UInt64) throws
    -> [WorldGenerator.Sample]
  {
    let weights = Dictionary(uniqueKeysWithValues: WorldKind.allCases.map { ($0, 1.0) })
    return WorldGenerator(try SharedWorlds.world(size), weights: weights, seed: seed).prefix(count)
      .map { $0 }
  }

  @Test(arguments: WorldSize.allCases)
  func everyGeneratedTextIsValidAndAsProbableAsTheGeneratorSays(_ size: WorldSize) throws {
    let checker = WorldChecker(try SharedWorlds.world(size))
    for sample in try Self.samples(size, 500, seed: 11) {
      let verdict = checker.verdict(on: sample.text)
      #expect(verdict.isValid == true && verdict.kind == sample.kind, "\(sample.text)")
      // A text that can come about in several ways is likelier than the way it came about.
      let probability = try #require(verdict.logProbability)
      #expect(probability > sample.logProbability - 1e-9, "\(sample.text)")
      #expect(probability < sample.logProbability + 4, "\(sample.text)")
    }
  }

  @Test func theFullWorldAcceptsWhatASmallerOneWrites() throws {
    let checker = WorldChecker(try SharedWorlds.world(.full))
    for sample in try Self.samples(.tiny, 300, seed: 12) + Self.samples(.small, 300, seed: 13) {
      #expect(checker.verdict(on: sample.text).isValid == true, "\(sample.text)")
    }
  }

  @Test func almostEveryTextWithOneFactSwappedIsFlaggedWhereItWasSwapped() throws {
    let world = try SharedWorlds.world(.full)
    let checker = WorldChecker(world)
    var swapper = FactSwapper(world, seed: 3)
    var swapped = 0
    var flagged = 0
    for sample in try Self.samples(.full, 2000, seed: 14) {
      guard let text = swapper.swapped(sample.text) else { continue }
      swapped += 1
      let verdict = checker.verdict(on: text)
      if verdict.isValid == false && !verdict.faults.isEmpty { flagged += 1 }
    }
    #expect(swapped > 1000)
    #expect(Double(flagged) >= 0.99 * Double(swapped), "\(flagged) of \(swapped)")
  }

  private static let story = """
    It was the birthday of Tom. Max went to the hill. There he found a green wagon. He gave the wagon to Tom. \
    "A green wagon!" said Tom. "Thank you, Max." Tom was happy and played with the wagon.
    """

  /// The faults as the words they mark and the reasons.
  private static func faults(_ text: String) throws -> [String] {
    let verdict = WorldChecker(try SharedWorlds.world(.full)).verdict(on: text)
    return verdict.faults.map { fault in
      let words = String(Array(text)[fault.start..<fault.end])
      return "\(fault.start) '\(words)' \(fault.reason)"
    }
  }

  private static func story(_ words: String, instead: String) -> String {
    story.replacing(words, with: instead, maxReplacements: 1)
  }

  @Test func aFaultSaysWhatTheThingWasAndWhere() throws {
    let text = Self.story("\"A green", instead: "\"A red")
    #expect(try Self.faults(text) == ["107 'A red' the wagon was green at 65"])
  }

  @Test func aPronounIsJudgedByWhoIsMeant() throws {
    #expect(
      try Self.faults(Self.story("There he", instead: "There she")) == ["56 'she' Max is 'he'"])
  }

  @Test func whereMostPlacesAgreeTheOneThatDiffersIsWrong() throws {
    let text = Self.story("a green wagon", instead: "a green kite")
    #expect(try Self.faults(text) == ["73 'kite' this was wagon at 91"])
  }

  @Test func aWrongSumIsNamedWithItsResult() throws {
    let text = """
      Question: Ben has 5 plums. Max gives him 6 more. How many plums does Ben have now? Answer: 5 + 6 = 12.
      """
    #expect(try Self.faults(text) == ["99 '12' 5 + 6 is 11"])
  }

  @Test func anAnswerIsJudgedByTheTextBeforeIt() throws {
    let text =
      "Zoe has a red ball. Ben has a blue kite. Question: What color is the kite? Answer: red."
    #expect(try Self.faults(text) == ["83 'red' the kite was blue at 28"])
  }

  @Test func missingExtraAndForeignWordsAreMarked() throws {
    let text = Self.story("Max went to the hill", instead: "Max went to hill")
    #expect(try !Self.faults(text).isEmpty)
    #expect(
      try Self.faults(Self.story("He gave", instead: "He often gave")) == [
        "83 'often' this does not belong here"
      ])
    #expect(
      try Self.faults(Self.story("birthday", instead: "funeral")) == [
        "11 'funeral' 'birthday' should stand here"
      ])
  }

  @Test func aTextThatStopsTooEarlyIsNotValid() throws {
    let text = String(Self.story.dropLast(6))
    let faults = try Self.faults(text)
    #expect(faults == ["\(text.count - 1) '' the text ends before 'a word'"] || faults.count == 1)
    #expect(faults.allSatisfy { $0.contains("the text ends before") })
  }

  @Test func spaceAroundATextAndTheEndOfTextAreForgiven() throws {
    let checker = WorldChecker(try SharedWorlds.world(.tiny))
    for text in [" " + Self.story, Self.story + " \n", Self.story + "<|endoftext|>anything"] {
      #expect(checker.verdict(on: text).isValid == true)
    }
    #expect(checker.verdict(on: Self.story + " Tom").isValid == false)
  }

  @Test(arguments: ["", " ", "What is the weather like?", "x", "\"\"\"\"", "🦊 🦊"])
  func whatResemblesNothingHasNoVerdict(_ text: String) throws {
    let verdict = WorldChecker(try SharedWorlds.world(.full)).verdict(on: text)
    #expect(verdict.isValid == nil)
    #expect(verdict.kind == nil)
    #expect(verdict.faults.isEmpty)
  }

  @Test func theOtherDirectionOfAFactIsTrueThoughNeverWritten() throws {
    let world = try SharedWorlds.world(.tiny)
    let checker = WorldChecker(world)
    let entry = world.lexicon.entries[try #require(world.lexicon.categories["forwardOnly"]?.first)]
    let title = try #require(entry.forms["title"])
    let forward = checker.verdict(on: "\(entry.name) is known as the \(title).")
    #expect(forward.isValid == true && forward.logProbability != nil)
    let backward = checker.verdict(on: "The \(title) is \(entry.name).")
    #expect(backward.isValid == true && backward.logProbability == nil)
  }
}
