import ClosedWorld
import MaskedDiffusion
import Tokenizers

/// Says what texts are worth: how likely a model finds them, and whether their world could say them.
struct TextJudge {
  /// The model that is asked for likelihoods; `nil` asks nobody.
  let model: Model?
  /// The samples of an estimate; a model that writes from left to right needs none.
  let samples: Int
  /// The checker of the world that the texts are of; `nil` where there is none.
  let checker: WorldChecker?
  /// The texts that the writer learnt from; `nil` where nobody knows them.
  var training: Set<String>?

  /// The likelihood of a text is estimated by `samples` masks, 0 for none.
  init(model: Model?, samples: Int, world: World?) {
    self.model = samples > 0 ? model : nil
    self.samples = samples
    checker = world.map { WorldChecker($0) }
  }

  /// Judges `texts`, which `writer` wrote after `prompts`.
  ///
  /// - Throws: ``LikelihoodError``.
  func judge(
    _ texts: inout [WrittenText], after prompts: [[TokenID]], by writer: Model
  ) throws(LikelihoodError) {
    for index in texts.indices where checker != nil || training != nil {
      // What a text ends with, apart from words, is not what it says.
      var text = writer.text(of: prompts[index] + texts[index].tokens)
      while text.last?.isWhitespace == true { text.removeLast() }
      texts[index].verdict = checker.map { Self.verdict($0, text) }
      texts[index].isCopy = training?.contains(text)
    }
    guard let model else { return }
    var places: [Int] = []
    var questions: [LikelihoodQuestion] = []
    for (index, text) in texts.enumerated() {
      guard
        let question = Self.question(text.tokens, after: prompts[index], by: writer, for: model)
      else { continue }
      places.append(index)
      questions.append(question)
    }
    var evaluator = LikelihoodEvaluator(predictor: model.predictor)
    evaluator.cancellation = Interruption.cancellation
    let estimates = try evaluator.estimates(
      of: questions, seeds: places.map { UInt64(texts[$0].index) },
      by: ExactCountLikelihood(parameters: ["group": .number(Double(min(8, samples)))]),
      sampleCount: samples)
    for (place, estimate) in zip(places, estimates) {
      texts[place].loss = estimate.negativeLogLikelihood
    }
  }

  private static func verdict(_ checker: WorldChecker, _ text: String) -> WrittenText.Verdict {
    switch checker.verdict(on: text).isValid {
    case true?: .valid
    case false?: .invalid
    case nil: .unknown
    }
  }

  /// The answer in the tokens of `judge`; `nil` where there is nothing that it could judge.
  private static func question(
    _ answer: [TokenID], after prompt: [TokenID], by writer: Model, for judge: Model
  ) -> LikelihoodQuestion? {
    var question = LikelihoodQuestion(prompt: prompt, answer: answer)
    if writer.source.path != judge.source.path {
      guard let own = judge.tokenizer, writer.tokenizer != nil else { return nil }
      let whole = own.encode(writer.text(of: prompt + answer))
      let begun = own.encode(writer.text(of: prompt)).count
      question.prompt = Array(whole.prefix(begun))
      question.answer = Array(whole.dropFirst(begun))
    }
    do throws(LikelihoodError) {
      try question.check(against: judge.predictor)
    } catch {
      return nil
    }
    return question
  }
}
