public import JSON

/// What can be wrong with a weights file, or with reading or writing it.
public enum WeightsError: Error, Equatable, Sendable {
  /// There is no such file.
  case missing(path: String)
  /// The path names a directory or a device.
  case notRegularFile(path: String)
  /// The operating system refuses to read.
  case unreadable(path: String, reason: String)
  /// The operating system refuses to write: no permission, disk full.
  case unwritable(path: String, reason: String)
  /// No known format begins like this file.
  case unknownFormat(path: String)
  /// The file is something else.
  case mistaken(path: String, MistakenFile)

  /// The file ends before its header does.
  case headerCutOff(path: String, headerByteCount: UInt64, fileByteCount: Int)
  /// A part of the header would reach beyond the end of the file.
  case partCutOff(path: String, part: String, expected: UInt64, found: Int)
  /// The header cannot be parsed.
  case malformedHeader(path: String, reason: String)
  /// One entry of the header is not what the format asks for.
  case malformedEntry(path: String, tensor: String, reason: String)
  /// The type of a tensor has a name no known version of the format has.
  case unknownElementType(path: String, tensor: String, found: String)
  /// The bytes of a tensor are more or fewer than its shape and type need.
  case byteCountMismatch(
    path: String, tensor: String, shape: Shape, type: ElementType, found: Int, expected: Int?)
  /// The file ends before its data does.
  case dataCutOff(path: String, tensor: String, found: Int, expected: Int)
  /// Two tensors claim the same bytes.
  case overlap(path: String, first: String, second: String)
  /// Bytes that belong to no tensor.
  case unclaimedBytes(path: String, range: Range<Int>)

  /// The index of a sharded model does not fit its shards.
  case malformedIndex(path: String, reason: String)
  /// The index names a file that is not there.
  case missingShard(path: String, shard: String)
  /// The weights are in several files, one of which is not there.
  case missingPart(path: String, part: String, count: Int)
  /// The index says a tensor is in a shard that does not hold it.
  case notInShard(path: String, tensor: String, shard: String)

  /// A tensor the model needs is not there.
  case missingTensor(path: String, tensor: String, expected: Shape?)
  /// A tensor that should have rows and columns has another number of dimensions, or is empty.
  case notMatrix(path: String, tensor: String, found: Shape)
  /// A tensor has another shape than the model needs.
  case wrongShape(path: String, tensor: String, found: Shape, expected: Shape)
  /// A tensor has a type the engine cannot compute with.
  case wrongElementType(path: String, tensor: String, found: ElementType)
  /// A weight is infinite or not a number.
  case notFinite(path: String, tensor: String, index: Int)
}

extension WeightsError: CustomStringConvertible {
  /// One sentence: the file, what was found, what was expected.
  public var description: String {
    switch self {
    case .missing(let path): "\(path): no such file"
    case .notRegularFile(let path): "\(path): not a regular file"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .unknownFormat(let path):
      "\(path): not a weights file (known formats: \(WeightsFormatRegistry.names))"
    case .mistaken(let path, let kind): "\(path): \(kind.description)"
    case .headerCutOff(let path, let header, let file):
      "\(path): cut off or not safetensors: the header should have \(header) bytes, "
        + "the whole file has \(file)"
    case .partCutOff(let path, let part, let expected, let found):
      "\(path): cut off or damaged: \(part) takes \(expected) bytes, the file has \(found) more"
    case .malformedHeader(let path, let reason): "\(path): malformed header: \(reason)"
    case .malformedEntry(let path, let tensor, let reason):
      "\(path): tensor '\(tensor)': \(reason)"
    case .unknownElementType(let path, let tensor, let found):
      "\(path): tensor '\(tensor)' has the unknown element type '\(found)'"
    case .byteCountMismatch(let path, let tensor, let shape, let type, let found, let expected):
      "\(path): tensor '\(tensor)' is \(shape) of \(type.rawValue), "
        + (expected.map { "\($0) bytes" } ?? "more bytes than can be counted")
        + ", but has \(found)"
    case .dataCutOff(let path, let tensor, let found, let expected):
      "\(path): cut off: tensor '\(tensor)' ends at byte \(expected) of the data, "
        + "the file has \(found)"
    case .overlap(let path, let first, let second):
      "\(path): tensors '\(first)' and '\(second)' overlap"
    case .unclaimedBytes(let path, let range):
      "\(path): bytes \(range.lowerBound) to \(range.upperBound) of the data belong to no tensor"
    case .malformedIndex(let path, let reason): "\(path): malformed index: \(reason)"
    case .missingShard(let path, let shard):
      "\(path): the index names '\(shard)', which is not there"
    case .missingPart(let path, let part, let count):
      "\(path): one of \(count) parts, of which '\(part)' is not there"
    case .notInShard(let path, let tensor, let shard):
      "\(path): tensor '\(tensor)' should be in '\(shard)' and is not"
    case .missingTensor(let path, let tensor, let expected):
      "\(path): tensor '\(tensor)' is missing\(expected.map { ", expected \($0)" } ?? "")"
    case .notMatrix(let path, let tensor, let found):
      "\(path): tensor '\(tensor)' is \(found), expected rows and columns"
    case .wrongShape(let path, let tensor, let found, let expected):
      "\(path): tensor '\(tensor)' is \(found), expected \(expected)"
    case .wrongElementType(let path, let tensor, let found):
      "\(path): tensor '\(tensor)' is \(found.rawValue), expected F32, BF16 or F16"
    case .notFinite(let path, let tensor, let index):
      "\(path): tensor '\(tensor)' holds an infinite or undefined number at element \(index)"
    }
  }

  /// What to do about it, where that is known.
  public var hint: String? {
    switch self {
    case .headerCutOff, .partCutOff, .dataCutOff: "download or copy the file again"
    case .mistaken(let path, let kind): kind.hint(path: path)
    case .missingShard:
      "fetch the file; if the weights were merged into another one, remove the index or give that "
        + "file with --model"
    case .missingPart: "fetch it and put it beside the others"
    case .notInShard: "the shards may come from different downloads"
    case .unknownElementType, .wrongElementType:
      "weights of this type are not implemented; look for a version in BF16, F16 or F32"
    case .wrongShape, .missingTensor: "was another config.json copied here?"
    case .notFinite: "the file is damaged, or the training diverged"
    default: nil
    }
  }
}
