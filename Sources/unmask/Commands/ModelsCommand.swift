import ArgumentParser
import MaskedDiffusion
import Models
import PlaygroundUI

/// Lists models, or makes one.
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the models that can be used by name.",
    subcommands: [ModelsListCommand.self, ModelsMakeCommand.self],
    defaultSubcommand: ModelsListCommand.self)
}

/// Lists the models there are.
struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the models that can be used by name.",
    discussion: """
      Models are looked for in the directories of $UNMASK_MODELS, in models/ beside the executable \
      or in its checkout, in PREFIX/share/unmask/models, in $XDG_DATA_HOME/unmask/models and in \
      models/ of the working directory. The memory is what a run over the whole context needs.

      \(exactModels)
      """)

  private static let exactModels =
    "Some models are formulas and need no files, but are not listed:"
    + ExactModelRegistry.all.map {
      "\n  \(ExactModelRegistry.prefix)\($0.descriptor.name)  \($0.descriptor.summary)"
    }.joined()

  @Argument(help: "Show only this model: a directory, a weights file or a name.")
  var model: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Show it with another mask token.", valueName: "id"))
  var maskToken: TokenID?

  @Flag(inversion: .prefixedNo, help: "Show it as a model whose logits are shifted, or are not.")
  var shift: Bool?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Show it with another length of blocks.", valueName: "n"))
  var blockLength: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  private var overrides: ModelOverrides {
    ModelOverrides(maskToken: maskToken, isShifted: shift, blockLength: blockLength)
  }

  func run() throws {
    if let blockLength, blockLength < 1 {
      throw UsageError("block length is \(blockLength), expected 1 or more")
    }
    guard model != nil || overrides == ModelOverrides() else {
      throw UsageError("--mask-token, --shift and --block-length need a model to show")
    }
    let listings: [Entry]
    if let model {
      let directory = try ModelSearchPath.standard.model(model, overrides: overrides)
      listings = [Entry(name: directory.name, path: directory.path, model: .success(directory))]
    } else {
      listings = ModelSearchPath.standard.models().map {
        Entry(name: $0.name, path: $0.path, model: $0.model)
      }
    }
    try OutputStream.standard.write(json ? Self.json(of: listings) : Self.text(of: listings))
  }

  private struct Entry {
    var name: String
    var path: String
    var model: Result<ModelDirectory, ModelError>
  }

  private static func text(of entries: [Entry]) -> String {
    guard !entries.isEmpty else {
      return "no models found in " + ModelSearchPath.standard.directories.joined(separator: ", ")
        + "\n"
    }
    let sanitizer = TextSanitizer(symbols: TerminalTraits.symbols)
    var table = Table([
      "name", "family", "parameters>", "vocabulary>", "context>", "weights", "precision", "memory>",
      "path",
    ])
    var failures = ""
    for entry in entries {
      switch entry.model {
      case .success(let model):
        table.add(
          [
            entry.name, model.family, abbreviated(model.parameterCount), "\(model.vocabularySize)",
            "\(model.contextLength)", model.weightPrecision,
            model.precision(for: .auto).rawValue, byteCount(model.memoryByteCount),
            entry.path,
          ].map(sanitizer.sanitized))
      case .failure(let error):
        failures += sanitizer.sanitized("\(entry.name): \(error.description)") + "\n"
      }
    }
    return table.text + findings(of: entries, sanitizer)
      + (failures.isEmpty ? "" : "\nnot usable:\n" + failures)
  }

  /// What the files of a single model say about how to use it.
  private static func findings(of entries: [Entry], _ sanitizer: TextSanitizer) -> String {
    guard entries.count == 1, case .success(let model)? = entries.first?.model else { return "" }
    let lines = model.findings.map { finding in
      let option = finding.option.map { "; \($0) overrides it" } ?? ""
      let fact = "\(finding.subject) \(finding.value): \(finding.source)"
      return sanitizer.sanitized(fact + option)
    }
    return lines.isEmpty ? "" : "\n" + lines.joined(separator: "\n") + "\n"
  }

  private static func json(of entries: [Entry]) -> String {
    JSON.object([
      "models": .array(entries.map(json)),
      "searched": .array(ModelSearchPath.standard.directories.map { .string($0) }),
    ]).text + "\n"
  }

  private static func json(of entry: Entry) -> JSON {
    switch entry.model {
    case .failure(let error):
      .object([
        "name": .string(entry.name), "path": .string(entry.path),
        "error": .string(error.description),
      ])
    case .success(let model):
      .object([
        "name": .string(entry.name), "path": .string(entry.path),
        "weights": .string(model.weightsPath), "family": .string(model.family),
        "parameters": .integer(model.parameterCount),
        "vocabulary": .integer(model.vocabularySize), "context": .integer(model.contextLength),
        "weight_precision": .string(model.weightPrecision),
        "auto_precision": .string(model.precision(for: .auto).rawValue),
        "memory_bytes": .integer(model.memoryByteCount),
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
  }
}
