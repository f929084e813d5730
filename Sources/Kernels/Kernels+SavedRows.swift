internal import CKernels

/// What a forward pass saves, and SwiGLU between two matrices, on the calling thread.
extension Kernels {
  /// Rows that a forward pass leaves for the backward pass: as they are, or as bfloat16 where products
  /// round to it anyway.
  package final class SavedRows: @unchecked Sendable {
    fileprivate var memory = AlignedMemory()
    fileprivate var rounded: UnsafeMutablePointer<UInt16>?
    fileprivate var rows: Rows?
    private let isRounded: Bool

    package init(operand: Operand) { isRounded = operand == .bf16 }

    /// Makes room for a matrix; what was saved is lost.
    package func reserve(_ count: Int, _ width: Int) {
      let elements = count * width
      if isRounded {
        let bytes = elements * MemoryLayout<UInt16>.stride
        rounded = memory.reserve(bytes).bindMemory(to: UInt16.self, capacity: elements)
      } else {
        let bytes = elements * MemoryLayout<Float>.stride
        let floats = memory.reserve(bytes).bindMemory(to: Float.self, capacity: elements)
        rows = Rows(floats, count: count, width: width)
      }
    }
  }

  /// Where rows `range` of a saved matrix are to be computed: in their place, or in `scratch`.
  package func begin(_ saved: SavedRows, _ range: Range<Int>, scratch: Rows) -> Rows {
    saved.rows?.rows(range) ?? scratch
  }

  /// Saves rows that were computed where ``begin(_:_:scratch:)`` said, and do not lie apart.
  package func save(_ rows: Rows, as saved: SavedRows, from first: Int) {
    guard let rounded = saved.rounded else { return }
    ck_round_bf16(isa, rows.base, rows.count * rows.width, rounded + first * rows.width)
  }

  /// Rows `range` of a saved matrix, which the caller may overwrite; what was saved of them is lost.
  package func restore(_ saved: SavedRows, _ range: Range<Int>, scratch: Rows) -> Rows {
    guard let rounded = saved.rounded else { return saved.rows?.rows(range) ?? scratch }
    ck_widen_bf16(
      isa, rounded + range.lowerBound * scratch.width, range.count * scratch.width, scratch.base)
    return scratch
  }

  /// The columns of a gate that have their turn together: those of a panel.
  package static let gateColumns = Int(CK_PANEL_COLUMNS)

  /// Whether ``gate(_:_:column:saving:from:into:)`` and its backward pass can be used.
  package func fusesGate(_ operand: Operand, width: Int) -> Bool {
    ck_gate_is_fused(isa, operand.operand, width) != 0
  }

  /// Saves some columns of gate and up, and packs silu(gate) · up as those of a left factor.
  ///
  /// - Parameters:
  ///   - gate: ``gateColumns`` columns, shape `[T, gateColumns]`.
  ///   - up: The same of up.
  ///   - column: The first of them.
  ///   - saved: A matrix of gate and up, twice as wide as the factor is deep.
  ///   - first: The row of `saved` to begin with.
  ///   - factor: One of T rows that was begun, for products of bfloat16.
  package func gate(
    _ gate: Rows, _ up: Rows, column: Int, saving saved: SavedRows, from first: Int,
    into factor: LeftFactor
  ) {
    let width = factor.depth
    precondition(
      gate.stride == Self.gateColumns && up.stride == gate.stride && column + gate.width <= width,
      "columns \(column) of \(width)")
    precondition(gate.count == factor.rowCount && up.count == gate.count, "\(gate.count) rows")
    guard let rounded = saved.rounded, let packed = factor.base else { return }
    ck_gate_forward(
      gate.base, up.base, gate.count, width, column, rounded + first * 2 * width, packed)
  }

  /// Factors that ``gateBackward(_:_:hidden:column:into:)`` packs, all of them begun.
  package struct GateFactors {
    /// The gradients of gate and up side by side, of the rows at hand.
    package var gradients: LeftFactor
    /// Their transpose, and that of silu(gate) · up, of all rows of the saved matrix.
    package var transposedGradients: LeftFactor
    package var transposedHidden: RightFactor

    package init(
      gradients: LeftFactor, transposedGradients: LeftFactor, transposedHidden: RightFactor
    ) {
      self.gradients = gradients
      self.transposedGradients = transposedGradients
      self.transposedHidden = transposedHidden
    }
  }

  /// Passes a gradient back through what ``gate(_:_:column:saving:from:into:)`` did.
  ///
  /// - Parameters:
  ///   - saved: Gate and up.
  ///   - range: The rows, which were saved together; the first is even.
  ///   - hidden: The gradient of columns of silu(gate) · up, shape `[T, gateColumns]`.
  ///   - column: The first of them.
  ///   - factors: What is packed.
  package func gateBackward(
    _ saved: SavedRows, _ range: Range<Int>, hidden: Rows, column: Int, into factors: GateFactors
  ) {
    let width = factors.transposedHidden.rowCount, depth = factors.transposedGradients.depth
    precondition(
      hidden.stride == Self.gateColumns && hidden.count == range.count
        && factors.gradients.rowCount == range.count && column + hidden.width <= width,
      "\(hidden.count) rows, columns \(column) of \(width)")
    precondition(
      range.lowerBound % 2 == 0 && range.upperBound <= depth
        && factors.transposedHidden.depth == depth, "\(range) of \(depth)")
    precondition(
      factors.transposedGradients.rowCount == 2 * width && factors.gradients.depth == 2 * width,
      "factors of \(width)")
    guard let rounded = saved.rounded else { return }
    var panel = ck_gate_backward(
      saved: rounded + range.lowerBound * 2 * width, gradient: hidden.base, rows: range.count,
      width: width, column: column, packed: factors.gradients.base, first: range.lowerBound,
      depth: depth, transposed: factors.transposedGradients.base,
      hidden: factors.transposedHidden.base)
    ck_gate_backward_panel(&panel)
  }
}
