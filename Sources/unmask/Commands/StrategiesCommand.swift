import ArgumentParser
import MaskedDiffusion

/// Lists what can be chosen by name.
struct StrategiesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strategies",
    abstract: "List the remasking strategies, transfer schedules, caches and presets.",
    discussion: """
      A strategy decides which positions are unmasked in a step, a schedule how many, and a preset \
      is a published combination of both. A cache says which keys and values are kept between \
      steps. Choose with --preset NAME, --strategy NAME[:parameter=value,...], --schedule and --cache.
      """)

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard !json else { return try OutputStream.standard.write(jsonText + "\n") }
    let output = OutputStream.standard
    let width = output.isTerminal ? TerminalTraits.size(of: output.descriptor).columns : nil
    try output.write(Hyperlink.linkingPapers(width.map { Self.wrapped(text, width: $0) } ?? text))
  }

  private var text: String {
    let strategies = RemaskingRegistry.all.map { Self.text(of: $0.descriptor) }
    let schedules = TransferScheduleRegistry.all.map { Self.text(of: $0.descriptor) }
    let caches = CachePolicyRegistry.all.map { Self.text(of: $0.descriptor) }
    let presets = PresetRegistry.all.map(Self.text)
    return """
      Strategies: which positions change (--strategy NAME[:parameter=value,...])

      \(strategies.joined(separator: "\n"))
      Schedules: how many are unmasked in a step (--schedule NAME[:parameter=value,...])

      \(schedules.joined(separator: "\n"))
      Caches: which keys and values are kept between steps (--cache NAME[:parameter=value,...])

      \(caches.joined(separator: "\n"))
      Presets: published combinations (--preset NAME)

      \(presets.joined(separator: "\n"))
      """
  }

  private static func text(of descriptor: AlgorithmDescriptor) -> String {
    var text = heading(descriptor.name, descriptor.summary, source: descriptor.source)
    for parameter in descriptor.parameters {
      text += "    \(parameter.name): \(parameter.summary)\n"
      text += "      \(parameter.kind), default \(parameter.kind.defaultDescription)\n"
    }
    return text
  }

  private static func text(of preset: Preset) -> String {
    heading(preset.name, preset.summary, source: preset.source)
      + "    " + preset.summaryOfSettings.joined(separator: ", ") + "\n"
  }

  /// Breaks long lines between words; what goes on stands further to the right.
  static func wrapped(_ text: String, width: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      let indent = String(repeating: " ", count: line.prefix { $0 == " " }.count)
      var lines: [String] = [indent]
      for (index, word) in line.dropFirst(indent.count).split(separator: " ").enumerated() {
        let last = lines[lines.count - 1]
        if index == 0 || last.count + 1 + word.count <= width {
          lines[lines.count - 1] += (index == 0 ? "" : " ") + word
        } else {
          lines.append(indent + "  " + word)
        }
      }
      return lines.joined(separator: "\n")
    }.joined(separator: "\n")
  }

  private static func heading(_ name: String, _ summary: String, source: String) -> String {
    "  \(name)\n    \(summary)\n    \(source)\n"
  }
}

extension StrategiesCommand {
  private var jsonText: String {
    JSON.object([
      "strategies": .array(RemaskingRegistry.all.map(Self.json)),
      "schedules": .array(TransferScheduleRegistry.all.map { Self.json(of: $0.descriptor) }),
      "caches": .array(CachePolicyRegistry.all.map { Self.json(of: $0.descriptor) }),
      "presets": .array(PresetRegistry.all.map(Self.json)),
    ]).text
  }

  private static func json(of entry: RemaskingRegistry.Entry) -> JSON {
    guard case .object(var members) = json(of: entry.descriptor) else { return .null }
    members.append(JSON.Member(name: "pacing", value: .string("\(entry.traits.pacing)")))
    members.append(JSON.Member(name: "remasks", value: .boolean(entry.traits.remasks)))
    return .object(members)
  }

  private static func json(of descriptor: AlgorithmDescriptor) -> JSON {
    .object([
      "name": .string(descriptor.name), "summary": .string(descriptor.summary),
      "source": .string(descriptor.source),
      "parameters": .array(descriptor.parameters.map(json)),
    ])
  }

  private static func json(of parameter: ParameterDescriptor) -> JSON {
    switch parameter.kind {
    case .number(let range, let value):
      .object([
        "name": .string(parameter.name), "summary": .string(parameter.summary),
        "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
        "default": json(of: value),
      ])
    case .choice(let options, let value):
      .object([
        "name": .string(parameter.name), "summary": .string(parameter.summary),
        "options": .array(options.map { .string($0) }), "default": .string(value),
      ])
    case .order:
      .object([
        "name": .string(parameter.name), "summary": .string(parameter.summary),
        "expected": .string(parameter.kind.description),
        "default": .string(parameter.kind.defaultDescription),
      ])
    }
  }

  /// A number, or an object with one for each word of the parameter it depends on.
  private static func json(of value: NumberDefault) -> JSON {
    switch value {
    case .always(let number): .number(number)
    case .depending(let name, let numbers):
      .object([
        "parameter": .string(name),
        "values": .object(numbers.map { JSON.Member(name: $0.word, value: .number($0.value)) }),
      ])
    }
  }

  private static func json(of preset: Preset) -> JSON {
    let settings = preset.settings(forLength: 128)
    var steps = JSON.string("one-per-token")
    if case .fixed(let count) = preset.steps { steps = .integer(count) }
    var members = [
      JSON.Member(name: "name", value: .string(preset.name)),
      JSON.Member(name: "summary", value: .string(preset.summary)),
      JSON.Member(name: "source", value: .string(preset.source)),
      JSON.Member(name: "uses_blocks", value: .boolean(preset.usesBlocks)),
    ]
    // The seed and what depends on the length are no part of a preset.
    for row in SettingRegistry.all where !["seed", "block-length"].contains(row.name) {
      let value = row.name == "steps" ? steps : JSON(row.value(in: settings))
      members.append(JSON.Member(name: row.key, value: value))
    }
    return .object(members)
  }
}

extension Preset {
  /// What the preset sets, in words.
  fileprivate var summaryOfSettings: [String] {
    let settings = settings(forLength: 128)
    var parts = ["strategy \(settings.strategy)", "schedule \(settings.schedule)"]
    switch steps {
    case .fixed(let count): parts.append("\(count) steps")
    case .onePerToken: parts.append("one step a token")
    }
    parts.append("temperature \(ParameterValue.number(settings.temperature))")
    if let topP = settings.topP { parts.append("top-p \(topP)") }
    if usesBlocks {
      parts.append("blocks, which \(settings.blockRule == .exact ? "must" : "need not") divide")
    }
    if settings.confidenceSource != .unmodified {
      parts.append("confidence \(settings.confidenceSource.rawValue)")
    }
    if settings.draw != .categorical { parts.append("draw \(settings.draw.rawValue)") }
    return parts
  }
}
