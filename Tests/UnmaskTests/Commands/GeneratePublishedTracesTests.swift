import Foundation
import MaskedDiffusion
import Testing

/// The steps of published samplers, run through the executable.
///
/// Each has the prompt 3 1 4 and `exact:formula`; states are the answer before each step and at the
/// end, with `_` for a mask, `c` for padding and tokens in hexadecimal.
@Suite struct GeneratePublishedTracesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var options: String
    var states: String
    var testDescription: String { name }

    init(_ name: String, _ options: String, _ states: String) {
      self.name = name
      self.options = options
      self.states = states
    }
  }

  static let cases = [
    Case(
      "entropy-exit 1.0", "--preset entropy-exit --strategy entropy-exit:threshold=1",
      "________ ___a_2__ 6_9a_23_ 689a_23_ 689a023_ 689a0238"),
    Case("entropy-exit 1.5", "--preset entropy-exit", "________ 805a5258"),
    Case(
      "entropy-exit 1.2, 8 steps, shifted",
      "--model exact:formula:shift=1 --strategy entropy-exit:threshold=1.2 --steps 8",
      "________ 180_a_25 1808a925"),
    Case(
      "DCD window 4", "--strategy sliding-window:window=4,tau=0.5",
      "________ _05a____ 705a_94_ 705a5948"),
    Case(
      "DCD window 2", "--strategy sliding-window:window=2,tau=0.5",
      "________ _0______ 001_____ 0011____ 0011_1__ 001151__ 0011514a"),
    Case(
      "DSB 4 steps, window 4", "--strategy sliding-window:window=4,count=2",
      "________ _0_a____ _05a1___ _05a1_32 005a1132"),
    Case(
      "DSB cap 4", "--strategy sliding-window:tau=0.5,cap=4",
      "________ _05a____ 705a____ 705a0a98"),
    Case(
      "DCD with padding",
      "--model exact:formula:end=5 --strategy sliding-window:window=4,tau=0.5,padding=12",
      "________ _05ccccc 5c5ccccc"),
    Case("DUS dilated 8", "--preset dus", "________ 8___5___ 8_3_5_5_ 83305154"),
    Case(
      "DUS binary 8", "--strategy dilated:levels=binary", "________ ___a____ _9_a_6__ 395a1628"),
    Case(
      "threshold with gap", "--strategy spaced-threshold:tau=0.5,gap=4",
      "________ ___a___8 __1a__28 6_1a__28 6_1a_a28 681a_a28 681a5a28"),
    Case(
      "EB-Sampler 1 bit", "--strategy entropy-bounded:gamma=0.6931471805599453",
      "________ ___a_2__ 6_9a_2__ 699a_29_ 699a329_ 699a3290"),
    Case(
      "CORE", "--length 24 --steps 8 --strategy core:every=2",
      """
      ________________________ _a________72____________ _a9_____4_72__________9_ \
      _89____14_72__a_2_____9_ _89___a14_72__a_2a__5_9_ 089___314_72__a_2a__5696 \
      089_5_314672_6a_2a__5696 08955_31467266a42a__5696 08955431467266a42aa05696
      """),
    Case(
      "SOAR beam 2", "--preset soar",
      """
      ________ ___a____ ___a_6__ 3__a_6__ 3__a_6_4 3_3a_6_4 39_a_654 399a_654 399a3654
      """),
    Case(
      "DAEDAL",
      """
      --model exact:formula:end=8 \
      --strategy daedal:max=14,grow=3,tail=4,start=0.1,end=0.9,low=0.35,window=8
      """,
      """
      ________ ________88 ____3___88 0___3___88 0___34__88 0_____34_a88 0____a34_a88 0___6a34_a88 \
      0_7_6a34_a88 057___6a34_a88 0577__6a34_a88 05771_6a34_a88 0577166a34_a88 0577166a341a88
      """),
    Case(
      "rho-EOS",
      """
      --model exact:formula:end=2 \
      --strategy rho-eos:max=14,unit=1,tail=4,low=0.1,high=0.25,window=8
      """,
      "________ ___a____ ___a_6___ ___a_68__ ___a368__ __6a368___ _46a368____ 546a368"),
    Case(
      "order graph skeleton", "--strategy order-graph:order=skeleton --steps 4",
      "________ ___a__5_ 6__a__5_ 64_a__59 64_a2_59 648a2659"),
    Case(
      "order graph answer first", "--strategy order-graph:order=answer-first --steps 4",
      "________ ______58 16____58 1671__58 16711458"),
    Case(
      "order graph interleaved", "--strategy order-graph:order=interleaved,keep=all-ready",
      "________ 8_5_5_5_ 86565652"),
    Case(
      "JointThreshold 0.5, 0.8", "--strategy edit:tau=0.5,edit=0.8,post=4",
      "________ _05a52_8 _05a5278 70aa5978 70aa5908 70a95908 70a95908"),
    Case(
      "JointThreshold 0.9, 0.9", "--strategy edit:tau=0.9,edit=0.9,post=4",
      """
      ________ ___a____ ___a_6__ 3__a_6__ 3__a_6_4 3_3a_6_4 393a_6_4 393a_614 393a5614 39335614 \
      39335614
      """),
    Case(
      "InDel, delete 2, insert 8", "--strategy indel:delete=2,insert=8,tau=0.5,edit=0.9,post=4",
      "________ _05a5___ 505a53__ 505a534_ 505a5341 505a5043 509a5043 509a5043"),
    Case(
      "InDel, delete 9, insert 6", "--strategy indel:delete=9,insert=6,tau=0.9,edit=0.9,post=3",
      "________ ___a____ ___a____ __a_____ __a_3___ __a__3__ 54a433__ 54a43337 54a43337"),
    Case(
      "linear speculation, drafts of 4", "--strategy linear-speculation:draft=4",
      "________ 56______ 566_____ 56616___ 566165__ 5661650_ 56616506"),
    Case(
      "TAPS that hides nothing is LLaDA", "--preset llada --strategy taps:share=0 --steps 4",
      "________ ___a_2__ __9a_23_ a89a_23_ a89a1232"),
    Case(
      "SMDM greedy", "--preset smdm-greedy --steps 4",
      "________ ___a____ _9_a_6__ _9_a162_ 399a1627"),
    Case(
      "LLaDA, blocks of 4", "--preset llada --steps 4 --block-length 4",
      "________ _0_a____ 305a____ 305a2_1_ 305a2813"),
    Case(
      "P2 that never masks again", "--preset p2 --strategy p2:eta=0 --temperature 0 --steps 4",
      "________ ___a_2__ __9a_23_ a89a_23_ a89a1232"),
    Case(
      "Dream maskgit_plus",
      "--model exact:formula:shift=1 --preset dream-maskgit-plus --steps 4",
      "________ ____a___ _0__a_a_ 80__a_a2 80a8a9a2"),
    Case(
      "RND1", "--model exact:formula:shift=1 --preset rnd1 --steps 4",
      "________ ____a_2_ _7_aa_2_ 97_aa42_ 972aa42a"),
    Case(
      "order that adapts, 4 steps", "--strategy adaptive-order --steps 4",
      "________ ___a_2__ _79a_2__ 379a_29_ 379a8290"),
    Case(
      "DAWN", "--strategy dawn --block-length 8",
      "________ ___a_2__ __9a_2__ __9a_27_ __9a3279 _39a3279 739a3279"),
    // The published code overwrites the first token of the prompt here.
    Case(
      "DAWN, blocks of 4, without the published defect",
      "--strategy dawn:sink=0.12,edge=0.15,induce=0.5,low=0.5 --block-length 4",
      "________ _0_a____ _05a____ 705a____ 705a0a_8 705a0a28"),
    Case(
      "SDAR, blocks of 4",
      "--preset sdar --length 9 --steps 12 --block-length 4 --block-rule causal-aligned",
      """
      _________ 6________ 66_______ 66_a_____ 66_a1____ 669a1____ 669a12___ 669a12_9_ 669a1299_ \
      669a12994
      """),
    Case(
      "SDAR, threshold 0.5",
      """
      --strategy quota-threshold:tau=0.5 --length 9 --steps 12 --block-length 4 \
      --block-rule causal-aligned
      """,
      "_________ 6________ 66_4_____ 66_41____ 66941____ 66941___1 669418a31"),
    Case(
      "Fast-dLLM v2, parts of 4",
      """
      --model exact:formula:shift=1 --length 6 --strategy sub-blocks:size=4,tau=0.5 \
      --block-length 8 --block-rule causal-aligned
      """,
      "______ 2_____ 2_65__ 27653_ 276534"),
    Case(
      "Fast-dLLM v2, parts of 8",
      """
      --model exact:formula:shift=1 --length 6 --strategy sub-blocks:size=8,tau=0.6 \
      --block-length 8 --block-rule causal-aligned
      """,
      "______ 2_5___ 21531_ 215310"),
    Case(
      "LLaDA2.1 as ported, blocks of 4",
      """
      --strategy edit:tau=0.7,edit=0.5,post=4 --length 9 --block-length 4 \
      --block-rule causal-aligned
      """,
      """
      _________ 6________ 9________ 9________ 95_______ 95__9____ 98_06____ 98606____ 99626____ \
      96623____ 90633____ 97233____ 972332___ 972339_1_ 972334_18 972331713 972331833 972334832 \
      972334802 972334320
      """),
    Case(
      "KLASS that nothing convinces is LLaDA", "--preset klass --strategy klass:tau=1 --steps 4",
      "________ ___a_2__ __9a_23_ a89a_23_ a89a1232"),
  ]

  @Test(arguments: cases) func passesThroughThePublishedStates(_ example: Case) throws {
    let trace = try trace(example.options)
    let states = ([trace.header.canvas] + trace.steps.map(\.canvas)).map(Self.answer)
    #expect(states.joined(separator: " ") == example.states)
  }

  @Test func theOtherTextOfABeamIsInTheMemory() throws {
    let trace = try trace("--preset soar")
    let others = try trace.steps.map { step -> String in
      let memory = try #require(step.memory)
      let value = try JSONSerialization.jsonObject(with: Data(memory.json.utf8))
      let texts = (value as? [String: Any])?["others"] as? [[String: Any]] ?? []
      return texts.map { Self.answer(($0["tokens"] as? [Int] ?? []).map { TokenID($0) }) }
        .joined(separator: " ")
    }
    #expect(
      others.prefix(7) == [
        "_____2__", "_9_a____", "_9_a_0__", "39_a_6__", "3__a_654", "393a_6_4", "39_a2654",
      ])
  }

  @Test func aSecondLookIsCountedAsAForwardPass() throws {
    let trace = try trace("--length 24 --steps 8 --strategy core:every=2")
    #expect(trace.steps.map(\.forwards) == [1, 1, 2, 1, 2, 1, 1, 1])
    #expect(trace.steps.flatMap(\.replaced).map(\.position) == [4, 9])
  }

  @Test func aRoundOfSpeculationIsTwoPasses() throws {
    let trace = try trace("--strategy linear-speculation:draft=4")
    #expect(trace.steps.map(\.forwards) == [3, 2, 2, 2, 2, 2])
  }

  /// Whatever is drafted, and however much, the text is the greedy one from left to right.
  @Test(arguments: [2, 3, 5, 8, 32]) func speculationChangesNoToken(_ draft: Int) throws {
    for length in [1, 7, 24] {
      let speculated = try trace(
        "--strategy linear-speculation:draft=\(draft) --length \(length)")
      var canvas: [TokenID] = [3, 1, 4]
      let model = FormulaModel(parameters: [:])
      for _ in 0..<length {
        // The output of the last token, of which nothing further right is seen.
        let row = PredictionRow(
          tokens: canvas, wanted: [canvas.count - 1], attention: .causal)
        let logits = try #require(
          try model.prediction(for: PredictionRequest(rows: [row])).rows.first)
        let best = try #require(logits.values.indices.max { logits.values[$0] < logits.values[$1] })
        canvas.append(
          TokenID(logits.values.firstIndex(of: logits.values[best]) ?? best))
      }
      #expect(speculated.steps.last?.canvas == canvas)
    }
  }

  private func trace(_ options: String) throws -> Trace {
    let scratch = try ScratchDirectory()
    var arguments = options.split(separator: " ").map(String.init)
    if !arguments.contains("--model") { arguments += ["--model", "exact:formula"] }
    if !arguments.contains("--length") { arguments += ["--length", "8"] }
    let path = scratch.path("trace.jsonl")
    let run = try CommandRun(
      arguments: ["generate", "--prompt-ids", "3,1,4", "--trace", path] + arguments)
    try #require(run.status == 0, "\(run.errors)")
    return try TraceFile.read(Data(contentsOf: URL(filePath: path)))
  }

  private static func answer(_ canvas: [TokenID]) -> String {
    canvas.dropFirst(3).map { $0 == 11 ? "_" : String($0, radix: 16) }.joined()
  }
}
