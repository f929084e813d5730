import Glibc
import Models
import Tokenizers
import MaskedDiffusion

/// What `--model` names: a model on disk, or one that is a formula.
enum ModelSource {
  /// Weights on disk.
  case directory(ModelDirectory)
  /// A formula, and what it was called.
  case exact(any ExactModel, name: String)

  /// Finds what a user calls `argument`.
  ///
  /// - Throws: ``ModelError``, ``SamplerError``.
  init(_ argument: String, overrides: ModelOverrides = ModelOverrides()) throws {
    if let model = try ExactModelRegistry.model(named: argument) {
      self = .exact(model, name: argument)
    } else {
      self = .directory(try ModelSearchPath.standard.model(argument, overrides: overrides))
    }
  }

  /// The settings that suit the model.
  var defaults: GenerationDefaults {
    switch self {
    case .directory(let directory): directory.generationDefaults
    case .exact: GenerationDefaults()
    }
  }

  /// The preset of its family.
  var defaultPreset: String {
    switch self {
    case .directory(let directory): directory.defaultPreset
    case .exact: "llada"
    }
  }

  /// Warns of what a user may expect, and does not get.
  ///
  /// - Parameters:
  ///   - positions: The length of the canvas.
  ///   - blockLength: The length of blocks, if somebody says one.
  func warn(positions: Int, blockLength: Int?) {
    guard case .directory(let directory) = self else { return }
    if let remark = directory.remark(positions: positions) { ErrorReport.warn(remark) }
    if let blockLength, let own = directory.blockLength, blockLength != own {
      ErrorReport.warn(
        "blocks of \(blockLength) positions, the model was trained to write blocks of \(own)")
    }
  }

  /// Where it was loaded from.
  var path: String {
    switch self {
    case .directory(let directory): directory.path
    case .exact(_, let name): name
    }
  }

  /// The directory that holds its files, or its name when it has none.
  var folder: String {
    switch self {
    case .directory(let directory): directory.directory
    case .exact(_, let name): name
    }
  }

  /// Returns how it is talked to.
  ///
  /// - Throws: ``TemplateError``.
  func chatFormat() throws -> ModelChatFormat {
    switch self {
    case .directory(let directory): try ModelChatFormat(of: directory)
    case .exact(_, let name): try ModelChatFormat(in: name)
    }
  }

  /// The number of weights.
  var parameterCount: Int {
    switch self {
    case .directory(let directory): directory.parameterCount
    case .exact: 0
    }
  }

  /// The type that most of the weights have.
  var weightPrecision: String {
    switch self {
    case .directory(let directory): directory.weightPrecision
    case .exact: "F32"
    }
  }

  /// What changes when the weights do: size and time of change of their file.
  var weightsStamp: String {
    switch self {
    case .directory(let directory):
      var status = stat()
      guard stat(directory.weightsPath, &status) == 0 else { return "" }
      return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    case .exact: return ""
    }
  }
}
