internal import CKernels

/// Backward passes and the steps of optimisers, all on the calling thread.
extension Kernels {
  /// Adds the gradient that ``rmsNorm(_:norm:into:)`` passes back.
  ///
  /// - Parameters:
  ///   - input: What was normalised, shape `[T, width]`.
  ///   - norm: The norm.
  ///   - gradient: Of the output, the same shape.
  ///   - inputGradient: What the gradient of the input is added to, the same shape.
  ///   - weightGradient: What that of the norm's weights is added to, shape `[width]`.
  package func rmsNormBackward(
    _ input: Rows, norm: Norm, gradient: Rows, into inputGradient: Rows,
    weightGradient: UnsafeMutablePointer<Float>?
  ) {
    precondition(
      input.count == gradient.count && input.count == inputGradient.count
        && input.width == gradient.width && input.width == inputGradient.width,
      "\(input.count) × \(input.width), \(gradient.count) × \(gradient.width)")
    for row in 0..<input.count {
      ck_rms_norm_backward(
        isa, input[row], norm.weight, norm.epsilon, gradient[row], input.width,
        inputGradient[row], weightGradient)
    }
  }

  /// Replaces gate and up by their gradients.
  ///
  /// - Parameters:
  ///   - gate: What silu was taken of, shape `[T, width]`.
  ///   - up: What it was multiplied by, the same shape.
  ///   - hidden: The gradient of silu(gate) · up; becomes silu(gate) · up.
  package func swiGLUBackward(gate: Rows, up: Rows, hidden: Rows) {
    precondition(
      gate.count == up.count && gate.count == hidden.count && gate.width == up.width
        && gate.width == hidden.width, "\(gate.count) × \(gate.width)")
    for row in 0..<gate.count {
      ck_swiglu_backward(isa, gate[row], up[row], hidden[row], gate.width, hidden[row])
    }
  }

  /// Replaces scores by softmax(scores · scale), row by row.
  ///
  /// - Parameters:
  ///   - scores: Shape `[queries, keys]`.
  ///   - scale: Above 0.
  ///   - causalOffset: With it, query i sees keys 0...i + `causalOffset` only; the others get 0.
  package func softmax(_ scores: Rows, scale: Float, causalOffset: Int?) {
    for row in 0..<scores.count {
      let seen = causalOffset.map { max(0, min(scores.width, row + $0 + 1)) } ?? scores.width
      ck_softmax(isa, scores[row], scale, seen, scores[row])
      (scores[row] + seen).update(repeating: 0, count: scores.width - seen)
    }
  }

  /// Replaces the gradient of the weights that ``softmax(_:scale:causalOffset:)`` gave by that of
  /// the scores.
  package func softmaxBackward(weights: Rows, scale: Float, gradient: Rows) {
    precondition(
      weights.count == gradient.count && weights.width == gradient.width,
      "\(weights.count) × \(weights.width), \(gradient.count) × \(gradient.width)")
    for row in 0..<weights.count {
      ck_softmax_backward(isa, weights[row], scale, weights.width, gradient[row])
    }
  }

  /// Returns −log softmax(logits)[target], in nats, and replaces the logits by the gradient of
  /// `weight` times that.
  ///
  /// - Parameters:
  ///   - logits: A row.
  ///   - count: The number of logits.
  ///   - target: An index of `logits`.
  ///   - weight: What the gradient is multiplied by.
  /// - Returns: The cross entropy, without the weight.
  package func crossEntropy(
    _ logits: UnsafeMutablePointer<Float>, count: Int, target: Int, weight: Float
  ) -> Double {
    precondition((0..<count).contains(target), "target \(target) of \(count)")
    return ck_cross_entropy(isa, logits, count, target, weight)
  }

  /// Σ values², summed in double precision.
  package func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Double {
    ck_sum_of_squares(isa, values, count)
  }

  /// Makes `values` their own `keep`-fold plus the `share`-fold of `other`.
  package func blend(
    _ values: UnsafeMutablePointer<Float>, keep: Float, _ other: UnsafePointer<Float>,
    share: Float, count: Int
  ) {
    ck_blend(isa, values, keep, other, share, count)
  }

  /// What a step of AdamW does to every number alike.
  package struct AdamWStep: Sendable {
    /// How much of the mean gradient, and of the mean square, is kept.
    package var beta1: Float
    package var beta2: Float
    package var learningRate: Float
    package var weightDecay: Float
    package var epsilon: Float
    /// 1 for the first step.
    package var number: Int
    /// What gradients are multiplied by first.
    package var gradientScale: Float

    package init(
      beta1: Float, beta2: Float, learningRate: Float, weightDecay: Float, epsilon: Float,
      number: Int, gradientScale: Float = 1
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.learningRate = learningRate
      self.weightDecay = weightDecay
      self.epsilon = epsilon
      self.number = number
      self.gradientScale = gradientScale
    }
  }

  /// Moves `count` values by a step of AdamW.
  ///
  /// - SeeAlso: Loshchilov and Hutter, “Decoupled Weight Decay Regularization”, arXiv:1711.05101.
  package func step(
    _ step: AdamWStep, gradient: UnsafePointer<Float>, count: Int,
    values: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>,
    square: UnsafeMutablePointer<Float>
  ) {
    let rate = Double(step.learningRate) / (1 - power(step.beta1, step.number))
    var kernel = ck_adamw(
      beta1: step.beta1, beta2: step.beta2, rate: Float(rate),
      square_correction: Float(1 / (1 - power(step.beta2, step.number)).squareRoot()),
      epsilon: step.epsilon, keep: 1 - step.learningRate * step.weightDecay,
      gradient_scale: step.gradientScale)
    ck_adamw_step(isa, &kernel, gradient, count, values, mean, square)
  }

  /// `base` to the power of `exponent` by repeated squaring.
  private func power(_ base: Float, _ exponent: Int) -> Double {
    var result = 1.0
    var factor = Double(base)
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
