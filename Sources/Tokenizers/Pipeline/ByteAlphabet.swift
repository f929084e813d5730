/// The printable stand-ins for bytes in byte-level vocabularies.
///
/// Printable bytes of Latin-1 stand for themselves, the 68 others for U+0100 and up, in order, so
/// that a space is written `Ġ`: `bytes_to_unicode` of GPT-2 (Radford et al., 2019, `encoder.py`).
package enum ByteAlphabet {
  /// The scalar that stands for each byte.
  package static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0...UInt8.max).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "\u{FFFD}"
      }
    }
  }()

  /// The byte each scalar below U+0180 stands for, if it does.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x180)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
    return bytes
  }()

  /// Returns the byte `scalar` stands for, or `nil` if it stands for none.
  package static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    scalar.value < 0x180 ? bytes[Int(scalar.value)] : nil
  }

  /// Returns the stand-ins for the UTF-8 of `text`.
  package static func spelling(of text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var spelling: [Unicode.Scalar] = []
    spelling.reserveCapacity(text.count)
    let scalars = scalars
    for scalar in text {
      if scalar.isASCII {
        spelling.append(scalars[Int(scalar.value)])
      } else {
        for byte in scalar.utf8 { spelling.append(scalars[Int(byte)]) }
      }
    }
    return spelling
  }

  /// Returns the bytes `piece` spells; its own UTF-8 if one of its scalars stands for no byte.
  package static func bytes(spelledBy piece: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in piece.unicodeScalars {
      guard let byte = byte(of: scalar) else { return Array(piece.utf8) }
      bytes.append(byte)
    }
    return bytes
  }
}

extension UInt8 {
  /// The token for this byte in vocabularies with byte fallback, such as `<0x0A>`.
  var fallbackSpelling: String {
    let digits = String(self, radix: 16, uppercase: true)
    return digits.count == 1 ? "<0x0\(digits)>" : "<0x\(digits)>"
  }

  /// Returns the byte a token like `<0x0A>` stands for, or `nil` if `spelling` is no such token.
  init?(fallbackSpelling spelling: String) {
    let characters = Array(spelling.utf8)
    guard characters.count == 6, spelling.hasPrefix("<0x"), characters[5] == UInt8(ascii: ">"),
      let high = Character(Unicode.Scalar(characters[3])).hexDigitValue,
      let low = Character(Unicode.Scalar(characters[4])).hexDigitValue
    else { return nil }
    self = UInt8(high << 4 | low)
  }
}
