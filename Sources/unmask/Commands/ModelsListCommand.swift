import ArgumentParser
import MaskedDiffusion
import Models
import PlaygroundUI

/// Lists the models there are, and says what is wrong with those that cannot be used.
struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the models that can be used by name, and their health.",
    discussion: """
      Models are looked for in the directories of $UNMASK_MODELS, in models/ beside the executable \
      or in its checkout, in PREFIX/share/unmask/models, in $XDG_DATA_HOME/unmask/models and in \
      models/ of the working directory; then in the cache of the hub ($HF_HUB_CACHE, $HF_HOME). \
      The memory is what a run over the whole context needs, in the precision that is chosen here.

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
    let list: ModelList
    if let model {
      let directory = try ModelSearchPath.standard.model(model, overrides: overrides)
      list = ModelList([
        .init(
          name: InputFile.isThere(model) ? directory.name : model, path: directory.path,
          model: .success(directory))
      ])
    } else {
      list = ModelList(ModelSearchPath.standard)
    }
    try OutputStream.standard.write(json ? list.json.text + "\n" : list.text)
  }
}
