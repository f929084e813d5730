import Models
import PlaygroundUI

/// The models there are, as `unmask models` shows them.
struct ModelList {
  /// A model, and whether it can be used.
  private struct Entry {
    var listing: ModelSearchPath.Listing
    var health: ModelHealth
  }

  private let entries: [Entry]
  /// Repositories in the hub's cache that are of no family known here.
  private var others = 0
  private var partial: [(repository: String, byteCount: Int)] = []
  private let isSingle: Bool

  private static let searched = ModelSearchPath.standard

  /// Creates a list of a single model, or of some.
  init(_ listings: [ModelSearchPath.Listing]) {
    let limit = MachineMemory.current.limit
    entries = listings.map { Entry(listing: $0, health: ModelHealth(of: $0.model, limit: limit)) }
    isSingle = listings.count == 1
  }

  /// Creates the list of all models on `path`, and of downloads that were not finished.
  init(_ path: ModelSearchPath) {
    let hub = path.hubModels()
    let limit = MachineMemory.current.limit
    entries = (path.models() + hub.models).map {
      Entry(listing: $0, health: ModelHealth(of: $0.model, limit: limit))
    }
    others = hub.others
    partial = ModelStore.standard?.partialDownloads ?? []
    isSingle = false
  }

  /// The list on 80 columns.
  var text: String {
    guard !entries.isEmpty || !partial.isEmpty else {
      return Paragraph.wrapped(
        "no models found in " + Self.searched.directories.joined(separator: ", "))
    }
    let usable = entries.filter { $0.health.state != .notUsable }
    return (usable.isEmpty ? "" : table(usable)) + (isSingle ? details : "") + explanations
      + downloads
  }

  private func table(_ entries: [Entry]) -> String {
    let rows = entries.compactMap { entry -> [String]? in
      guard case .success(let model) = entry.listing.model else { return nil }
      return [
        entry.listing.name, model.family, abbreviated(model.parameterCount), model.weightPrecision,
        model.precision(for: .auto).rawValue,
        byteCount(model.footprint(.auto, positions: model.contextLength).byteCount),
        entry.health.state.rawValue,
      ].map(Self.clean)
    }
    let headings = ["name", "family", "size>", "weights", "runs as", "memory>", "state"]
    // Names take the columns that the others leave.
    let others = headings.indices.dropFirst().reduce(0) { sum, column in
      let texts = rows.map { $0[column] } + [headings[column].filter { $0 != ">" }]
      return sum + 2 + (texts.map(CharacterWidth.width).max() ?? 0)
    }
    var table = Table(headings)
    for row in rows {
      table.add([Self.fitting(row[0], room: max(12, Paragraph.width - others))] + row.dropFirst())
    }
    return table.text
  }

  /// The name, cut in the middle where there is no room for it.
  private static func fitting(_ name: String, room: Int) -> String {
    guard CharacterWidth.width(of: name) > room else { return name }
    let mark = TerminalTraits.symbols.isUnicode ? "…" : "..."
    let half = (room - mark.count) / 2
    return name.prefix(room - mark.count - half) + mark + name.suffix(half)
  }

  /// What the files of a single model say about how to use it.
  private var details: String {
    guard case .success(let model)? = entries.first?.listing.model else { return "" }
    let lines = model.findings.map { finding in
      let option = finding.option.map { "; \($0) overrides it" } ?? ""
      return Self.clean("\(finding.subject) \(finding.value): \(finding.source)\(option)")
    }
    return "\n" + Self.clean("files in \(model.directory), \(model.contextLength) positions") + "\n"
      + lines.map { Paragraph.wrapped($0) }.joined()
  }

  /// What stands in the way, worst last.
  private var explanations: String {
    var text = ""
    for state in [ModelHealth.State.noTokenizer, .tooLarge, .notUsable] {
      let concerned = entries.filter { $0.health.state == state }
      guard !concerned.isEmpty else { continue }
      text += "\n\(state.rawValue):\n"
      for entry in concerned {
        let sentence = "\(entry.listing.name): \(entry.health.reason ?? "")"
        text += Paragraph.wrapped(Self.clean(sentence))
        if let hint = entry.health.hint {
          text += Paragraph.wrapped(Self.clean(hint), indent: "  ")
        }
      }
    }
    return text
  }

  private var downloads: String {
    var text = ""
    if !partial.isEmpty {
      text += "\nnot fetched to the end:\n"
      for download in partial {
        text += Paragraph.wrapped(
          Self.clean(
            "\(download.repository): \(byteCount(download.byteCount)) are there; "
              + "'unmask models pull \(download.repository)' goes on"))
      }
    }
    if others > 0 {
      text +=
        "\n"
        + Paragraph.wrapped(
          "\(others) \(others == 1 ? "repository" : "repositories") in the cache of the hub "
            + "\(others == 1 ? "is" : "are") of no family that is known here")
    }
    return text
  }

  /// The list for a program.
  var json: JSON {
    .object([
      "models": .array(entries.map(Self.json)),
      "partial": .array(
        partial.map {
          .object(["name": .string($0.repository), "bytes": .integer($0.byteCount)])
        }),
      "searched": .array(Self.searched.directories.map { .string($0) }),
      "hub_cache": .optional(Self.searched.hubCache) { .string($0.directory) },
    ])
  }

  private static func json(of entry: Entry) -> JSON {
    let health: [JSON.Member] = [
      .init(name: "state", value: .string(entry.health.state.rawValue)),
      .init(name: "reason", value: .optional(entry.health.reason) { .string($0) }),
      .init(name: "hint", value: .optional(entry.health.hint) { .string($0) }),
    ]
    guard case .success(let model) = entry.listing.model else {
      return .object(
        [
          .init(name: "name", value: .string(entry.listing.name)),
          .init(name: "path", value: .string(entry.listing.path)),
          .init(name: "error", value: .optional(entry.health.reason) { .string($0) }),
        ] + health)
    }
    guard case .object(let members) = json(of: model, entry) else { return .null }
    return .object(members + health)
  }

  private static func json(of model: ModelDirectory, _ entry: Entry) -> JSON {
    .object([
      "name": .string(entry.listing.name), "path": .string(entry.listing.path),
      "weights": .string(model.weightsPath), "family": .string(model.family),
      "parameters": .integer(model.parameterCount),
      "vocabulary": .integer(model.vocabularySize), "context": .integer(model.contextLength),
      "weight_precision": .string(model.weightPrecision),
      "auto_precision": .string(model.precision(for: .auto).rawValue),
      "memory_bytes": .integer(
        model.footprint(.auto, positions: model.contextLength).byteCount),
      "default_preset": .string(model.generationDefaults.preset ?? model.defaultPreset),
      "config_checksum": .string(model.checksum),
      "findings": .array(
        model.findings.map { finding in
          .object([
            "subject": .string(finding.subject), "value": .string(finding.value),
            "source": .string(finding.source),
            "option": .optional(finding.option) { .string($0) },
          ])
        }),
    ])
  }

  private static func clean(_ text: String) -> String {
    TextSanitizer(symbols: TerminalTraits.symbols).sanitized(text)
  }
}
