/// How the elements of a stored tensor are written.
///
/// The names are those of the safetensors format.
public enum ElementType: String, CaseIterable, Sendable {
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of a single.
  case bfloat16 = "BF16"
  /// 8-bit floats with 4 exponent bits.
  case float8E4M3 = "F8_E4M3"
  /// 8-bit floats with 5 exponent bits.
  case float8E5M2 = "F8_E5M2"
  /// 8-bit powers of two.
  case float8E8M0 = "F8_E8M0"
  /// Pairs of singles.
  case complex64 = "C64"
  /// Signed 64-bit integers.
  case int64 = "I64"
  /// Signed 32-bit integers.
  case int32 = "I32"
  /// Signed 16-bit integers.
  case int16 = "I16"
  /// Signed 8-bit integers.
  case int8 = "I8"
  /// Unsigned 64-bit integers.
  case uint64 = "U64"
  /// Unsigned 32-bit integers.
  case uint32 = "U32"
  /// Unsigned 16-bit integers.
  case uint16 = "U16"
  /// Unsigned 8-bit integers.
  case uint8 = "U8"
  /// Truth values, a byte each.
  case bool = "BOOL"

  /// The size of an element, in bytes.
  public var byteCount: Int {
    switch self {
    case .float64, .complex64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float8E4M3, .float8E5M2, .float8E8M0, .int8, .uint8, .bool: 1
    }
  }

  /// Whether the engine computes with weights of this type.
  public var isWeight: Bool { self == .float32 || self == .bfloat16 || self == .float16 }
}
