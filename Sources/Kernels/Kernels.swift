internal import CKernels

/// Arithmetic on this processor, checked and shared out over the threads of a pool.
///
/// The only way from Swift to `CKernels`. Sizes are checked here, once a call; a wrong one is a
/// programmer's mistake and stops the program with both values. Matrices are row-major. Results do
/// not depend on the number of threads. Calls from several threads take turns.
///
/// A raised cancellation flag makes an operation return early (within milliseconds) with part of
/// its output unwritten: whoever passes a flag looks at it afterwards.
package final class Kernels: Sendable {
  /// The instruction set in use.
  package let instructionSet: InstructionSet

  /// The threads.
  package let pool: ThreadPool

  /// Rows of a tile of activations, and output features of a panel of weights; see `panel.h`.
  static let tileRows = Int(CK_TILE_ROWS)
  static let panelColumns = Int(CK_PANEL_COLUMNS)
  /// Rows of activations that are packed together into a strip; see `matmul_direct.c`.
  static let vectorRows = Int(CK_STRIP_VECTOR_ROWS)

  let isa: ck_isa
  let scratch: ScratchMemory

  /// Starts a pool of `threadCount` threads.
  ///
  /// - Parameters:
  ///   - threadCount: The number of threads that compute, the caller's included; 1 or more.
  ///   - instructionSet: One that this processor has; `nil` stands for
  ///     ``InstructionSet/preferred``.
  package init(threadCount: Int, instructionSet: InstructionSet? = nil) {
    let instructionSet = instructionSet ?? .preferred
    precondition(instructionSet.isSupported, "this processor has no \(instructionSet)")
    self.instructionSet = instructionSet
    isa = instructionSet.isa
    pool = ThreadPool(threadCount: threadCount)
    scratch = ScratchMemory(
      threadCount: pool.threadCount, bytes: Self.scratchBytes, upColumns: Self.panelColumns,
      tileRows: Self.tileRows)
  }

  /// Runs `body` on `count` rows, in ranges large enough to be worth a thread.
  func forEachRange(
    of count: Int, elements: Int, _ body: (_ range: Range<Int>) -> Void
  ) {
    // A thread is worth its while from about 16,000 elements on.
    let most = max(1, count * elements / 16_384)
    let tasks = min(count, most, pool.threadCount * 4)
    pool.run(taskCount: tasks) { task, _ in
      body(count * task / tasks..<count * (task + 1) / tasks)
    }
  }

  /// The scratch memory a thread needs for any operation.
  private static var scratchBytes: Int {
    max(ck_matmul_scratch_bytes(), ck_band_scratch_bytes(), ck_attention_scratch_bytes())
  }

  /// Runs multiply-adds that touch no memory on every thread at once.
  ///
  /// - Parameters:
  ///   - precision: Which: `.f32`, `.bf16`, or 8-bit integers for `.fast`.
  ///   - iterations: 12 instructions each, for each thread.
  /// - Returns: The operations done by all threads; 0 if the processor has no such instruction.
  package func runPeak(_ precision: Precision, iterations: Int) -> Double {
    let operand =
      switch precision {
      case .f32: CK_OPERAND_F32
      case .bf16: CK_OPERAND_BF16
      case .fast: CK_OPERAND_I8
      }
    pool.run(taskCount: pool.threadCount) { _, _ in
      _ = ck_peak_work(isa, operand, iterations)
    }
    return Double(pool.threadCount) * ck_peak_work(isa, operand, 1) * Double(iterations)
  }
}
