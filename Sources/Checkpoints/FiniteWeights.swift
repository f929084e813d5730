internal import Kernels

extension StoredTensor {
  /// Looks for elements that are infinite or not a number.
  ///
  /// - Parameter stride: Every `stride`-th block of 64 KiB is looked at, beginning with the
  ///   first; 1 looks at everything.
  /// - Returns: The index of the first such element, `nil` if there is none.
  package func firstNotFinite(everyBlock stride: Int = 1) -> Int? {
    if let blockFormat { return firstScaleNotFinite(in: blockFormat, everyBlock: stride) }
    guard let check = FiniteCheck(type) else { return nil }
    let bytes = bytes
    let blockSize = 1 << 16
    for start in Swift.stride(from: 0, to: bytes.count, by: blockSize * max(1, stride)) {
      let end = min(start + blockSize, bytes.count)
      let block = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      guard !check.accepts(block) else { continue }
      return start / type.byteCount + firstNotFinite(in: block)
    }
    return nil
  }

  /// The first element of the first block of weights whose scales are not all finite.
  private func firstScaleNotFinite(
    in format: Kernels.Format, everyBlock stride: Int
  ) -> Int? {
    let bytes = bytes
    let blocksOfPart = (1 << 16) / format.blockBytes
    let count = bytes.count / format.blockBytes
    for start in Swift.stride(from: 0, to: count, by: blocksOfPart * max(1, stride)) {
      for block in start..<min(start + blocksOfPart, count) {
        for offset in format.scaleOffsets {
          let scale = bytes.loadUnaligned(
            fromByteOffset: block * format.blockBytes + offset, as: UInt16.self)
          // All exponent bits set: infinite or not a number.
          if scale & 0x7C00 == 0x7C00 { return block * format.blockElements }
        }
      }
    }
    return nil
  }

  /// The index, in a block that holds such an element, of the first one.
  private func firstNotFinite(in block: UnsafeRawBufferPointer) -> Int {
    let size = type.byteCount
    return (0..<block.count / size).first { index in
      let element = block[index * size..<(index + 1) * size]
      return FiniteCheck(type)?.accepts(UnsafeRawBufferPointer(rebasing: element)) == false
    } ?? 0
  }
}

extension Weights {
  /// Checks that no weight is infinite or not a number.
  ///
  /// Looks at every element of models up to 512 MiB (under 0.1 s). Of a larger model it looks at
  /// every vector whole and at a sixteenth of each matrix, because reading all of it from disk
  /// would take longer than everything else; what it misses there, the predictor finds in the
  /// logits (``PredictionError/notFinite(position:)``).
  ///
  /// - Throws: ``WeightsError/notFinite(path:tensor:index:)``.
  package func checkFinite() throws(WeightsError) {
    let isLarge = byteCount > 512 << 20
    for name in tensors.keys.sorted() {
      guard let tensor = tensors[name] else { continue }
      let isMatrix = tensor.shape.dimensions.count > 1
      if let index = tensor.firstNotFinite(everyBlock: isLarge && isMatrix ? 16 : 1) {
        throw .notFinite(path: tensor.file.path, tensor: name, index: index)
      }
    }
  }
}

extension Kernels.Format {
  /// Whether all weights in `bytes` are finite: the numbers themselves, or the scales of blocks.
  package func isFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .f32: FiniteCheck.float32.accepts(bytes)
    case .bf16: FiniteCheck.bfloat16.accepts(bytes)
    case .f16: FiniteCheck.float16.accepts(bytes)
    default:
      stride(from: 0, to: bytes.count / blockBytes * blockBytes, by: blockBytes).allSatisfy {
        block in
        scaleOffsets.allSatisfy {
          bytes.loadUnaligned(fromByteOffset: block + $0, as: UInt16.self) & 0x7C00 != 0x7C00
        }
      }
    }
  }

  /// Where the half-precision scales of a block of weights are, in bytes.
  fileprivate var scaleOffsets: [Int] {
    switch self {
    case .f32, .bf16, .f16: []
    case .q8_0, .q4_0, .q5_0, .iq4_nl, .iq4_xs: [0]
    case .q4_K, .q5_K, .q4_1, .q5_1: [0, 2]
    case .q6_K: [208]
    case .q2_K: [80, 82]
    case .q3_K: [108]
    }
  }
}
