internal import Kernels
internal import Glibc

/// Memory for weights that were made at run time, not initialised.
///
/// Whoever creates it writes it once; after that it is only read.
final class WeightMemory: @unchecked Sendable {
  /// The memory; aligned to a cache line.
  let bytes: UnsafeMutableRawBufferPointer

  /// What the processor can map with one entry of its address cache.
  private static let hugePage = 2 << 20

  init(byteCount: Int) {
    let isLarge = byteCount >= Self.hugePage
    bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, byteCount), alignment: isLarge ? Self.hugePage : AlignedMemory.alignment)
    // Every pass reads all of it. With small pages, looking up addresses would cost time, and where
    // they happen to lie decides whether they crowd each other out of the second-level cache.
    if isLarge { madvise(bytes.baseAddress, byteCount, MADV_HUGEPAGE) }
  }

  deinit { bytes.deallocate() }
}
