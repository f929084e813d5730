internal import Kernels
internal import Models

/// What one thread computes gradients with: kernels, memory for what the forward pass saves, and the
/// sums of its gradients.
///
/// Used by one thread at a time. The weights are shared, and only read.
final class Lane: @unchecked Sendable {
  let shape: NetworkShape
  let kernels: Kernels
  let weights: PackedWeights
  let parameters: ParameterView
  let rotations: RotaryTable
  /// −sines: the backward pass turns the other way.
  let reversedSines: Tensor
  /// Sums of gradients, in the layout of the parameters.
  let gradientSums: Tensor
  /// Whether the sums hold anything of the present batch.
  var hasGradients = false

  /// The left side of the product at hand.
  let left = Kernels.LeftFactor()
  /// What comes between the products of a feed-forward layer.
  let gated = Kernels.LeftFactor()
  let factors = GradientFactors()
  let attention = AttentionFactors()

  /// The tokens of the canvases at hand.
  var distinct = DistinctTokens()
  /// What the forward pass of each block saves.
  var blocks: [SavedBlock] = []
  /// The output of the last block, wanted rows only.
  var output = Buffer()
  var scratch = LaneScratch()

  /// Creates a lane for a network.
  ///
  /// - Parameters:
  ///   - shape: The dimensions.
  ///   - parameters: The values of its parameters.
  ///   - weights: The same values, packed.
  ///   - rotations: A table for all positions of a canvas.
  ///   - instructionSet: What products are computed with; `nil` stands for the fastest.
  init(
    shape: NetworkShape, parameters: ParameterView, weights: PackedWeights, rotations: RotaryTable,
    instructionSet: Kernels.InstructionSet? = nil
  ) {
    self.shape = shape
    self.parameters = parameters
    self.weights = weights
    self.rotations = rotations
    kernels = Kernels(threadCount: 1, instructionSet: instructionSet)
    reversedSines = Tensor(rotations.sines.values.map { -$0 })
    gradientSums = Tensor(count: parameters.layout.count)
    blocks = (0..<shape.layerCount).map { _ in
      SavedBlock(gateUp: Kernels.SavedRows(operand: weights.operand))
    }
  }

  /// The sums of gradients by parameter.
  var gradients: ParameterView { ParameterView(gradientSums, parameters.layout) }

  var operand: Kernels.Operand { weights.operand }

  func norm(_ role: ParameterRole) -> Kernels.Norm {
    Kernels.Norm(weight: parameters.vector(role), epsilon: shape.normEpsilon)
  }
}

/// Factors of the gradients of weights, packed row by row while a backward pass goes through a block.
struct GradientFactors {
  /// Transposes of gradients, dYᵀ.
  let outer = Kernels.LeftFactor()
  let inner = Kernels.LeftFactor()
  let query = Kernels.LeftFactor()
  /// Transposes of what they are multiplied by, Xᵀ.
  let outerInput = Kernels.RightFactor()
  let innerInput = Kernels.RightFactor()
  let queryInput = Kernels.RightFactor()
}

/// What the forward pass of a block saves for the backward pass.
struct SavedBlock {
  /// The stream before the block.
  var stream = Buffer()
  /// Queries of the rows the block goes on with, rotated.
  var queries = Buffer()
  /// Keys, rotated, and values of all rows.
  var keyValues = Buffer()
  /// Queries and keys before their norms, where heads have norms.
  var plainQueries = Buffer()
  var plainKeys = Buffer()
  /// What the heads gathered.
  var gathered = Buffer()
  /// The stream between attention and feed-forward layer.
  var middle = Buffer()
  /// Gate and up, side by side.
  let gateUp: Kernels.SavedRows
}

/// Memory that nothing is kept in from one operation to the next.
struct LaneScratch {
  var normed = Buffer()
  var gateUp = Buffer()
  var hidden = Buffer()
  var gate = Buffer()
  var up = Buffer()
  var distinctStream = Buffer()
  var distinctQueries = Buffer()
  var distinctKeyValues = Buffer()
  var distinctNormed = Buffer()
  var distinctNormGradient = Buffer()
  var streamGradient = Buffer()
  var wantedGradient = Buffer()
  var normGradient = Buffer()
  var queryGradient = Buffer()
  var keyValueGradient = Buffer()
  var headGradient = Buffer()
  var gatheredGradient = Buffer()
  var logits = Buffer()
  var scores = Buffer()
  var scoreGradient = Buffer()
}

/// Rows that are reserved again and again; the memory grows and is never given back.
struct Buffer {
  private var tensor: Tensor?

  /// Memory for `count` rows, not initialised.
  mutating func rows(_ count: Int, _ width: Int) -> Kernels.Rows {
    let needed = count * width
    if let tensor, tensor.elements.count >= needed {
      return Kernels.Rows(tensor.address, count: count, width: width)
    }
    let tensor = Tensor(count: needed)
    self.tensor = tensor
    return Kernels.Rows(tensor.address, count: count, width: width)
  }
}
