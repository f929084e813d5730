import Checkpoints
import Models

/// What keeps a model from being loaded.
struct LoadFailure {
  private let error: any ReportedError

  /// Creates what is to be said of `error`.
  init(_ error: any ReportedError) { self.error = error }

  /// The page of the model called `name`.
  func page(_ name: String) -> CheckPage {
    var page = CheckPage(name: name, summary: "cannot be loaded")
    var section = CheckSection("load")
    section.line("failed", error.description)
    section.find(
      .illness, faultName, error.description,
      advice: advice ?? error.hint ?? "mend the file that is named, or write it again")
    page.sections = [section]
    return page
  }

  private var weightsError: WeightsError? {
    if let error = error as? WeightsError { return error }
    if case .weights(let inner)? = error as? ModelError { return inner }
    return nil
  }

  private var faultName: String {
    guard transposedTensor == nil else { return "transposed" }
    return switch weightsError {
    case .missingTensor?: "missing-tensor"
    case .notFinite?: "not-finite"
    default: "cannot-load"
    }
  }

  private var advice: String? {
    if let transposedTensor {
      return
        "'\(transposedTensor)' looks transposed: PyTorch stores [outputs, inputs]; transpose it "
        + "where the checkpoint is converted"
    }
    return switch weightsError {
    case .missingTensor(_, let tensor, _)?
    where tensor.contains("head") || tensor.contains("ff_out"):
      "was the head tied to the embedding in training? write the embedding as '\(tensor)' too"
    case .notFinite?: "training diverged, or the file is damaged: take an earlier checkpoint"
    default: nil
    }
  }

  /// The tensor that is found with its two sides exchanged.
  private var transposedTensor: String? {
    if case .wrongShape(_, let tensor, let found, let expected)? = weightsError {
      return found.dimensions == expected.dimensions.reversed() ? tensor : nil
    }
    // Sizes are taken from the sides of matrices: of a transposed one, the other side is as expected.
    guard
      case .disagreement(_, _, let value, let path, let name, let found)? = error as? ModelError,
      let tensor = (try? Weights(path: path))?.tensors[name],
      tensor.shape.dimensions.count == 2, value != found,
      tensor.shape.dimensions.contains(value), tensor.shape.dimensions.contains(found)
    else { return nil }
    return name
  }
}
