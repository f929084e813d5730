import MaskedDiffusion

/// What classifier-free guidance costs: denoising steps with and without it, in turns, so that a
/// change of the machine's mood meets both.
struct GuidanceCost {
  /// Steps without guidance.
  var plain = Times()
  /// Steps with it.
  var guided = Times()

  /// How many times as long a guided step takes; 2 would be two forward passes.
  var ratio: Double { plain.median > 0 ? guided.median / plain.median : 0 }

  /// Times steps on a canvas of `rows` positions, 2 or more, half of it prompt.
  ///
  /// - Throws: ``SamplerError``.
  init(of predictor: any MaskPredictor, rows: Int, for duration: Duration) throws {
    let prompt = (0..<rows / 2).map { TokenID($0 * 37 % max(1, predictor.vocabularySize)) }
    let canvas = Canvas(
      prompt: prompt, length: rows - prompt.count, maskToken: predictor.maskToken)
    func sampler(scale: Float) throws -> Sampler {
      var settings = SamplerSettings(
        steps: min(32, rows - prompt.count), strategy: AlgorithmSelection("low-confidence"),
        schedule: AlgorithmSelection("uniform"), guidanceScale: scale)
      settings.endOfText = .keep
      return try Sampler(predictor: predictor, canvas: canvas, settings: settings)
    }
    let end = ContinuousClock.now + duration
    repeat {
      var samplers = (plain: try sampler(scale: 0), guided: try sampler(scale: 1))
      while let step = try samplers.plain.step(), let other = try samplers.guided.step() {
        // The first step makes room.
        guard step.step > 1 else { continue }
        plain.add(.milliseconds(step.milliseconds))
        guided.add(.milliseconds(other.milliseconds))
        if ContinuousClock.now >= end, plain.count >= 4 { return }
      }
    } while ContinuousClock.now < end
  }
}
