/// Single-precision numbers in memory of their own, which stays where it is.
///
/// Shared by reference, and written by the kernels through its address. Whoever holds a tensor
/// sees to it that nobody writes what another thread reads.
package final class Tensor: @unchecked Sendable {
  /// The elements, row-major; aligned to 64 bytes.
  package let elements: UnsafeMutableBufferPointer<Float>

  /// Creates a tensor of `count` zeros.
  package init(count: Int) {
    let memory = AlignedMemory.allocate(max(1, count) * MemoryLayout<Float>.stride)
    let floats = memory.bindMemory(to: Float.self, capacity: max(1, count))
    floats.initialize(repeating: 0, count: max(1, count))
    elements = UnsafeMutableBufferPointer(start: floats, count: count)
  }

  /// Creates a tensor of `values`.
  package convenience init(_ values: [Float]) {
    self.init(count: values.count)
    _ = elements.update(from: values)
  }

  deinit { UnsafeMutableRawPointer(elements.baseAddress)?.deallocate() }

  /// A copy of the elements.
  package var values: [Float] { withExtendedLifetime(self) { Array(elements) } }

  /// The address of the first element.
  package var address: UnsafeMutablePointer<Float> { elements.baseAddress! }
}
