internal import Checkpoints
internal import FoundationEssentials
internal import Kernels

/// How far a run is.
package struct RunProgress: Equatable, Sendable {
  /// The steps that were taken.
  package var step = 0
  /// The positions of all canvases so far.
  package var positionCount = 0
  /// The seconds of training.
  package var seconds = 0.0
  /// The bound of the held-out texts that was measured last, in nats a token.
  package var bound: Double?

  package init() {}
}

/// All that a run needs to go on as if nothing had happened: one file, replaced in one step.
package enum RunCheckpoint {
  /// What the file is called in the directory of a run.
  package static let fileName = "checkpoint.safetensors"

  private static let format = "unmask-training-1"

  /// The path of the checkpoint in `directory`.
  static func path(in directory: String) -> String { "\(directory)/\(fileName)" }

  /// Whether there is a checkpoint in `directory`.
  package static func exists(in directory: String) -> Bool {
    FileManager.default.fileExists(atPath: path(in: directory))
  }

  /// The texts that were kept with the checkpoint in `directory`.
  ///
  /// - Throws: ``TrainingError/noCheckpoint(path:)``, ``TrainingError/weights(_:)``.
  package static func notes(in directory: String) throws(TrainingError) -> [String: String] {
    guard exists(in: directory) else { throw .noCheckpoint(path: directory) }
    do throws(WeightsError) {
      return try Safetensors.metadata(of: MappedFile(path: path(in: directory)))
    } catch {
      throw .weights(error)
    }
  }

  static func write(
    _ tensors: KeyValuePairs<String, Tensor>, _ progress: RunProgress, notes: [String: String],
    to directory: String
  ) throws(TrainingError) {
    var texts = notes
    texts["format"] = format
    texts["step"] = "\(progress.step)"
    texts["positions"] = "\(progress.positionCount)"
    texts["seconds"] = "\(progress.seconds)"
    texts["bound"] = progress.bound.map { "\($0)" }
    do throws(WeightsError) {
      let file = try AtomicFile(path: path(in: directory))
      var writer = try SafetensorsWriter(
        path: file.partialPath,
        entries: tensors.map {
          .init(name: $0.key, type: .float32, shape: [$0.value.elements.count])
        }, metadata: texts)
      for (_, tensor) in tensors {
        try writer.append(UnsafeRawBufferPointer(UnsafeBufferPointer(tensor.elements)))
      }
      try writer.finish()
      try file.commit()
    } catch {
      throw .weights(error)
    }
  }

  static func read(
    _ tensors: KeyValuePairs<String, Tensor>, from directory: String
  ) throws(TrainingError) -> RunProgress {
    let notes = try notes(in: directory), path = path(in: directory)
    guard notes["format"] == format, let step = notes["step"].flatMap({ Int($0) }),
      let positions = notes["positions"].flatMap({ Int($0) }),
      let seconds = notes["seconds"].flatMap({ Double($0) })
    else {
      throw .otherCheckpoint(
        path: path, setting: "format", found: notes["format"] ?? "none", expected: format)
    }
    do throws(WeightsError) {
      let stored = try Weights(path: path)
      for (name, tensor) in tensors {
        let values = try stored.tensor(name, [tensor.elements.count]).floats()
        _ = tensor.elements.update(from: values)
      }
    } catch {
      throw .weights(error)
    }
    var progress = RunProgress()
    progress.step = step
    progress.positionCount = positions
    progress.seconds = seconds
    progress.bound = notes["bound"].flatMap { Double($0) }
    return progress
  }
}
