import Checkpoints
import Glibc
import Models

/// Whether the weights look like those of a trained network.
enum TensorExamination: Examination {
  static let title = "tensors"

  /// Larger tensors are looked at in part.
  private static let elementLimit = 1 << 22

  static func section(of subject: CheckSubject) -> CheckSection {
    var section = CheckSection(title)
    guard let directory = subject.directory else {
      section.line("none", "the model is a formula")
      return section
    }
    let tensors = directory.usedWeights.tensors.values.sorted { $0.name < $1.name }
    let readable = tensors.filter { $0.blockFormat == nil && $0.format != nil }
    let summaries = readable.map { TensorSummary($0, limit: elementLimit) }
    section.line(
      "count",
      "\(tensors.count) tensors, \(abbreviated(directory.parameterCount)) weights, all finite")
    for summary in summaries where summary.rms == 0 {
      section.find(
        .illness, "zero-tensor", "every element of '\(summary.name)' is 0",
        advice: "was the tensor left out when the checkpoint was written, or never trained?")
    }
    findUnused(directory, &section)
    findRepeatedLayers(readable, &section)
    findOutliers(summaries, &section)
    findExtremes(summaries, &section)
    findRandom(summaries, &section)
    for tensor in readable where tensor.shape.dimensions.count == 2 && isVocabulary(tensor, subject)
    {
      findDeadRows(tensor, subject, &section)
    }
    let sizes = summaries.map(\.rms).sorted()
    if let low = sizes.first, let high = sizes.last {
      section.line("size", "root mean squares from \(magnitude(low)) to \(magnitude(high))")
    }
    return section
  }

  /// What lies in the files and is not read.
  private static func findUnused(_ directory: ModelDirectory, _ section: inout CheckSection) {
    let names = directory.weights.tensors.keys.filter {
      directory.usedWeights.tensors[$0] == nil
    }.sorted()
    guard let first = names.first else { return }
    section.line("unused", "\(names.count), such as '\(first)'")
    section.find(
      .note, "unused-tensors",
      "\(names.count) \(names.count == 1 ? "tensor is" : "tensors are") not part of the network: "
        + names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : ""),
      advice: "fine where they are of training; else the configuration or the family is another one"
    )
  }

  /// Two layers with the same matrices: one was written twice, and another is missing.
  private static func findRepeatedLayers(_ tensors: [StoredTensor], _ section: inout CheckSection) {
    var pairs: [[Int]: [String]] = [:]
    let kinds = Dictionary(grouping: tensors.filter { $0.shape.dimensions.count > 1 }) {
      role(of: $0.name)
    }
    for kind in kinds.values where kind.count > 1 {
      for contents in Dictionary(grouping: kind, by: beginning).values where contents.count > 1 {
        guard let first = contents.min(by: { $0.name < $1.name }) else { continue }
        for other in contents where other.name != first.name && areSame(first, other) {
          let layers = [first, other].compactMap { LayoutFaults.layer(of: $0.name) }.sorted()
          if layers.count == 2 { pairs[layers, default: []].append(other.name) }
        }
      }
    }
    for (layers, names) in pairs.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
    where layers[0] != layers[1] {
      section.find(
        .illness, "repeated-layer",
        "layers \(layers[0]) and \(layers[1]) hold the same numbers in \(names.count) "
          + (names.count == 1 ? "matrix" : "matrices"),
        advice: "one was written in the other's place: write the checkpoint again")
    }
  }

  /// The first bytes that are not all the same, to compare few tensors whole.
  private static func beginning(_ tensor: StoredTensor) -> [UInt8] {
    Array(tensor.bytes.prefix(64))
  }

  private static func areSame(_ a: StoredTensor, _ b: StoredTensor) -> Bool {
    let (left, right) = (a.bytes, b.bytes)
    guard left.count == right.count, let start = left.baseAddress, let other = right.baseAddress,
      memcmp(start, other, left.count) == 0
    else { return false }
    return left.contains { $0 != left[0] }
  }

  /// Tensors of the same role in different layers have about the same size.
  private static func findOutliers(_ summaries: [TensorSummary], _ section: inout CheckSection) {
    let kinds = Dictionary(grouping: summaries) { role(of: $0.name) }
    for (_, kind) in kinds.sorted(by: { $0.key < $1.key }) where kind.count >= 4 {
      let median = kind.map(\.rms).sorted()[kind.count / 2]
      for tensor in kind where tensor.rms > 0 && median > 0 && !tensor.hasExtremes {
        let ratio = tensor.rms / median
        guard ratio > 10 || ratio < 0.1 else { continue }
        section.find(
          .warning, "tensor-size",
          "'\(tensor.name)' is \(magnitude(ratio)) times as large as its like in the other layers",
          advice: "compare it with the checkpoint before; a layer may have diverged")
      }
    }
  }

  /// Single elements or rows that are far larger than the rest of their tensor.
  private static func findExtremes(_ summaries: [TensorSummary], _ section: inout CheckSection) {
    for tensor in summaries {
      if tensor.hasExtremes {
        section.find(
          .illness, "out-of-range",
          "'\(tensor.name)' holds \(magnitude(tensor.largest)), its rows are "
            + "\(magnitude(tensor.rowSize)) on average",
          advice: "the file is damaged, or training diverged: take an earlier checkpoint")
      } else if let row = tensor.largestRow, row.ratio > TensorSummary.rowLimit {
        section.find(
          .warning, "row-size",
          "row \(row.index) of '\(tensor.name)' is \(magnitude(row.ratio)) times as large as its "
            + "other rows",
          advice: "compare it with the checkpoint before; the row of a token may have diverged")
      }
    }
  }

  /// Matrices whose rows and columns are all of a size, as before training, unlike their like.
  private static func findRandom(_ summaries: [TensorSummary], _ section: inout CheckSection) {
    let kinds = Dictionary(grouping: summaries.filter { $0.unevenness != nil }) {
      role(of: $0.name)
    }
    for (_, kind) in kinds.sorted(by: { $0.key < $1.key }) where kind.count >= 3 {
      let values = kind.compactMap(\.unevenness).sorted()
      guard values[values.count / 2] > TensorSummary.trainedUnevenness else { continue }
      for tensor in kind where tensor.unevenness ?? 9 < TensorSummary.randomUnevenness {
        section.find(
          .warning, "random-tensor",
          "'\(tensor.name)' looks like random numbers: its rows and columns are all of a size, unlike "
            + "in the other layers",
          advice: "was it left out when the checkpoint was read or written, and filled anew?")
      }
    }
  }

  /// The name without the number of the layer.
  private static func role(of name: String) -> String {
    name.split(separator: ".").filter { Int($0) == nil }.joined(separator: ".")
  }

  private static func isVocabulary(_ tensor: StoredTensor, _ subject: CheckSubject) -> Bool {
    let rows = tensor.shape.dimensions[0]
    return rows == subject.predictor.embeddingCount || rows == subject.predictor.vocabularySize
  }

  private static func findDeadRows(
    _ tensor: StoredTensor, _ subject: CheckSubject, _ section: inout CheckSection
  ) {
    guard tensor.elementCount <= 1 << 28 else { return }
    let rows = VocabularyRows(tensor)
    // What the texts use must have been trained; of other rows many models have some to spare.
    let used = Set(subject.rows.joined().map(Int.init))
    let dead = rows.zero.filter(used.contains)
    if !dead.isEmpty {
      section.find(
        .illness, "dead-rows",
        "\(dead.count) rows of '\(tensor.name)' are 0 although their tokens occur in the text: "
          + list(dead),
        advice: "the rows were lost or never loaded; write the checkpoint again")
    }
    let same = rows.repeated.filter { $0.contains { used.contains($0) } }
    if !same.isEmpty {
      section.find(
        .warning, "identical-rows",
        "\(same.count) groups of rows of '\(tensor.name)' are identical, the first: \(list(same[0]))",
        advice: "tokens with the same row cannot be told apart; was the vocabulary enlarged?")
    }
    let spare = rows.zero.count - dead.count
    if spare > 0 {
      section.find(
        .note, "spare-rows", "\(spare) rows of '\(tensor.name)' are 0: " + list(rows.zero),
        advice: "fine where these tokens are padding of the vocabulary")
    }
  }

  private static func list(_ rows: [Int]) -> String {
    rows.prefix(6).map(String.init).joined(separator: ", ") + (rows.count > 6 ? ", …" : "")
  }
}

/// Rows of an embedding or a head that say nothing.
private struct VocabularyRows {
  /// Rows of zeros.
  private(set) var zero: [Int] = []
  /// Groups of rows that are the same, bit by bit.
  private(set) var repeated: [[Int]] = []

  init(_ tensor: StoredTensor) {
    let rowBytes = tensor.byteRange.count / max(1, tensor.shape.dimensions[0])
    guard rowBytes > 0 else { return }
    let bytes = tensor.bytes
    var groups: [Checksum: [Int]] = [:]
    for row in 0..<tensor.shape.dimensions[0] {
      let content = UnsafeRawBufferPointer(rebasing: bytes[row * rowBytes..<(row + 1) * rowBytes])
      if content.allSatisfy({ $0 == 0 || $0 == 0x80 }) {
        zero.append(row)
      } else {
        groups[Checksum(of: content), default: []].append(row)
      }
    }
    repeated = groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }
}
