extension SafetensorsWriter {
  /// Returns the bytes in front of the data, and the number of bytes of the data.
  ///
  /// The table is padded with blanks so that the data begins at a multiple of eight.
  static func table(
    of entries: [Entry], metadata: [String: String]
  ) -> (bytes: [UInt8], dataByteCount: Int)? {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
      members.append(
        "\"__metadata__\":{"
          + texts.map { "\(quoted($0.key)):\(quoted($0.value))" }.joined(separator: ",") + "}")
    }
    var end = 0
    for entry in entries {
      guard let count = entry.shape.elementCount else { return nil }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: entry.type.byteCount)
      let (next, carry) = end.addingReportingOverflow(bytes)
      guard !overflow, !carry else { return nil }
      let dimensions = entry.shape.dimensions.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(entry.name)):{\"dtype\":\"\(entry.type.rawValue)\","
          + "\"shape\":[\(dimensions)],\"data_offsets\":[\(end),\(next)]}")
      end = next
    }
    var table = Array("{\(members.joined(separator: ","))}".utf8)
    while table.count % 8 != 0 { table.append(UInt8(ascii: " ")) }
    return (withUnsafeBytes(of: UInt64(table.count).littleEndian, Array.init) + table, end)
  }

  /// Returns `text` as a JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
