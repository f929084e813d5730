#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory that grows when asked and is never initialised; aligned to a cache line.
package struct AlignedMemory: ~Copyable {
  private var base: UnsafeMutableRawPointer?
  private var byteCount = 0

  /// The alignment of all memory the kernels write vectors to.
  package static let alignment = 64

  init() {}

  /// Makes room for `byteCount` bytes.
  ///
  /// What was there is lost if more is asked than before.
  mutating func reserve(_ byteCount: Int) -> UnsafeMutableRawPointer {
    if let base, byteCount <= self.byteCount { return base }
    base?.deallocate()
    let memory = Self.allocate(byteCount)
    base = memory
    self.byteCount = byteCount
    return memory
  }

  /// Allocates memory, to be given back with `deallocate()`.
  ///
  /// Where it is large, Linux is asked for large pages: with those of 4 KiB, rows that lie far apart each
  /// wait for the address of their page.
  static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let isLarge = byteCount >= largePage
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(byteCount, 1), alignment: isLarge ? largePage : alignment)
    #if os(Linux)
      if isLarge { madvise(memory, byteCount, MADV_HUGEPAGE) }
    #endif
    return memory
  }

  private static let largePage = 1 << 21

  deinit { base?.deallocate() }
}

/// Memory of each thread of a pool, allocated once: for a panel of decoded weights or a tile of
/// attention scores, and for the second factor of a SwiGLU.
///
/// Sendable because a thread writes to its own part only, and only during one operation at a time.
final class ScratchMemory: @unchecked Sendable {
  /// The most tiles of rows in a task; also bounds how long a task takes.
  static let upTiles = 43

  private let base: UnsafeMutableRawPointer
  private let stride: Int
  private let upOffset: Int

  init(threadCount: Int, bytes: Int, upColumns: Int, tileRows: Int) {
    let page = 4096
    upOffset = (bytes + page - 1) / page * page
    let upBytes = Self.upTiles * tileRows * upColumns * MemoryLayout<Float>.stride
    stride = (upOffset + upBytes + page - 1) / page * page
    base = .allocate(byteCount: threadCount * stride, alignment: page)
  }

  deinit { base.deallocate() }

  /// The scratch memory of a thread.
  subscript(worker: Int) -> UnsafeMutableRawPointer { base + worker * stride }

  /// Room for `upTiles` tiles of a panel's columns.
  func upRows(of worker: Int) -> UnsafeMutablePointer<Float> {
    (base + worker * stride + upOffset).assumingMemoryBound(to: Float.self)
  }
}
