internal import JSON
public import Checkpoints
public import Tokenizers

/// Why a model cannot be used.
public enum ModelError: Error, Equatable, Sendable {
  /// The weights cannot be read, or do not fit the configuration.
  case weights(WeightsError)
  /// There is neither a file nor a directory of this name, nor a model in the searched places.
  case notFound(name: String, searched: [String], known: [String])
  /// Several models could be meant.
  case ambiguousName(name: String, known: [String])
  /// A link in a folder of models leads to nothing.
  case brokenLink(path: String, target: String)
  /// A repository in a hub's cache whose files have not all arrived.
  case incompleteDownload(path: String, reason: String, repository: String)
  /// A model cannot be given this name.
  case invalidName(String)
  /// A model of this name is there already.
  case nameTaken(name: String, path: String)
  /// What is to be removed is no link, but the model itself.
  case holdsFiles(name: String, path: String, byteCount: Int)
  /// A file or link cannot be made or removed.
  case unwritable(path: String, reason: String)
  /// The weights and what is computed with them do not fit into memory.
  case largerThanMemory(MemoryShortage)
  /// Weights that stay in their file cannot be converted.
  case mappedConversion(path: String, precision: String)
  /// A configuration file cannot be read.
  case unreadable(path: String, reason: String)
  /// The directory holds no weights (of the family its configuration names).
  case noWeights(path: String, family: String?, found: [String])
  /// The weights are an adapter's, or a model's with an adapter beside its matrices.
  case adapter(path: String, tensor: String)
  /// The directory holds several files that could be the weights.
  case ambiguousWeights(path: String, files: [String])
  /// The configuration names a family that is not known.
  case unknownFamily(path: String, found: String, known: [String])
  /// There is no configuration, and the tensors belong to no known family.
  case unrecognisedWeights(path: String, known: [String])

  /// The tokenizer cannot be read.
  case tokenizer(TokenizerError)
  /// The tokenizer makes tokens the model cannot read.
  case tokenizerTooLarge(path: String, tokens: Int, weights: String, embeddingCount: Int)

  /// The configuration is not a JSON object.
  case malformedConfiguration(path: String, reason: String)
  /// The family cannot be used without a configuration.
  case configurationMissing(weights: String, family: String)
  /// The configuration lacks a key.
  case missingKey(path: String, key: String)
  /// A key of the configuration has a value that makes no sense or is not supported.
  case invalidValue(path: String, key: String, found: String, expected: String)
  /// The configuration and the weights say different things.
  case disagreement(
    path: String, key: String, value: Int, weights: String, tensor: String, found: Int)
  /// A model is to be written where something is already.
  case alreadyThere(path: String)
  /// A model cannot be written to a path of this kind.
  case notWritable(path: String, reason: String)
  /// A model cannot be written as GGUF.
  case notExpressible(path: String, reason: String)
  /// Writing the weights in another format would not make any of them smaller.
  case nothingToConvert(path: String, format: String)
  /// There is no configuration, and no published model has these dimensions.
  case unknownDimensions(path: String, layers: Int, width: Int, feedForwardWidth: Int)
}

extension ModelError: CustomStringConvertible {
  /// One sentence: the file, what was found, what was expected.
  public var description: String {
    switch self {
    case .weights(let error): error.description
    case .notFound(let name, let searched, _):
      "no file, directory or model called '\(name)' (searched: "
        + "\(searched.isEmpty ? "nowhere" : searched.joined(separator: ", ")))"
    case .ambiguousName(let name, let known):
      "several models are called '\(name)': \(known.joined(separator: ", "))"
    case .brokenLink(let path, let target):
      "\(path): a link to \(target), where there is nothing any more"
    case .incompleteDownload(let path, let reason, _): "\(path): not all of it is there: \(reason)"
    case .invalidName(let name):
      "'\(name)' cannot be the name of a model, expected NAME or ORG/NAME of letters, digits and "
        + "signs other than : @ and \\, not beginning with a dot or a dash"
    case .nameTaken(let name, let path): "\(path): there is a model called '\(name)' already"
    case .holdsFiles(let name, let path, let byteCount):
      "\(path): '\(name)' is no link but the model itself, \(MemoryShortage.gibibytes(byteCount))"
    case .unwritable(let path, let reason): "\(path): \(reason)"
    case .largerThanMemory(let shortage): shortage.description
    case .mappedConversion(let path, let precision):
      "\(path): weights that stay in their file cannot become \(precision)"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .noWeights(let path, let family, let found):
      "\(path): no weights\(family.map { " of the family '\($0)'" } ?? "") in this directory"
        + (found.isEmpty ? "" : ", only \(found.joined(separator: ", ")), which is not read")
    case .adapter(let path, let tensor):
      "\(path): '\(tensor)' belongs to an adapter (LoRA), which changes a model and is none by itself"
    case .ambiguousWeights(let path, let files):
      "\(path): several files hold weights: \(files.joined(separator: ", "))"
    case .unknownFamily(let path, let found, let known):
      "\(path): 'model_type' is '\(found)', expected one of \(known.joined(separator: ", "))"
    case .unrecognisedWeights(let path, let known):
      "\(path): the tensors belong to no known family (\(known.joined(separator: ", ")))"
    case .tokenizer(let error): error.description
    case .tokenizerTooLarge(let path, let tokens, let weights, let embeddingCount):
      "\(path): the tokenizer has \(tokens) tokens, but \(weights) can read \(embeddingCount)"
    case .malformedConfiguration(let path, let reason): "\(path): malformed: \(reason)"
    case .configurationMissing(let weights, let family):
      "\(weights): a model of the family '\(family)' needs a config.json beside its weights"
    case .missingKey(let path, let key): "\(path): '\(key)' is missing"
    case .invalidValue(let path, let key, let found, let expected):
      "\(path): '\(key)' is \(found), expected \(expected)"
    case .disagreement(let path, let key, let value, let weights, let tensor, let found):
      "\(path): '\(key)' is \(value), but \(tensor) in \(weights) says \(found)"
    case .alreadyThere(let path): "\(path): there is something already"
    case .notWritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .notExpressible(let path, let reason): "\(path): cannot be written as GGUF: \(reason)"
    case .nothingToConvert(let path, let format):
      "\(path): no matrix would get smaller as \(format)"
    case .unknownDimensions(let path, let layers, let width, let feedForwardWidth):
      "\(path): no published model has \(layers) layers of width \(width) and MLP width "
        + "\(feedForwardWidth), so the number of heads is unknown"
    }
  }

  /// What to do about it, where that is known.
  public var hint: String? {
    switch self {
    case .weights(let error): error.hint
    case .tokenizer(let error): error.hint
    case .tokenizerTooLarge: "was the tokenizer of another model copied here?"
    case .notFound(let name, let searched, let known): Self.hint(name, searched, known)
    case .ambiguousName: "write the whole name"
    case .brokenLink: "'unmask models remove NAME' takes the link away, if it is one you added"
    case .incompleteDownload(_, _, let repository):
      "'unmask models pull \(repository)' fetches all of it; "
        + "'hf download \(repository)' goes on in the cache"
    case .nameTaken: "choose another with --name, or remove it first with 'unmask models remove'"
    case .holdsFiles: "--delete deletes its files"
    case .largerThanMemory(let shortage): shortage.hint
    case .mappedConversion: "leave out --precision, or leave out --mapped"
    case .noWeights(let path, _, let found): Self.hint(path, found: found)
    case .adapter:
      "merge it into the model it was trained for: python3 -c 'from peft import AutoPeftModel as A; "
        + "A.from_pretrained(\"ADAPTER\").merge_and_unload().save_pretrained(\"MERGED\")'"
    case .ambiguousWeights: "give one of the files instead of the directory"
    case .configurationMissing: "copy the config.json that was published with the weights"
    case .disagreement: "was another config.json copied here?"
    case .alreadyThere: "--force replaces a model that was written there before"
    case .nothingToConvert: "use the model as it is"
    case .missingKey(_, GGUFModel.maskKey):
      "give the identifier of the mask token with --mask-token"
    case .missingKey(_, "mask_token_id"):
      "add the identifier of the mask token to config.json, or give it with --mask-token"
    case .unknownDimensions:
      "put a config.json with model_type \"smdm\" and n_head beside the weights"
    default: nil
    }
  }

  private static func hint(_ path: String, found: [String]) -> String {
    if found.contains(where: { WeightsChoice.isUnfinished($0) }) {
      return "a download has not ended: start it again, it goes on where it was"
    }
    let pickle = found.first { name in
      [".bin", ".pt", ".pth", ".ckpt"].contains { name.hasSuffix($0) }
    }
    return pickle.map { MistakenFile.conversion(of: "\(path)/\($0)") }
      ?? "give the weights file itself if it lies elsewhere"
  }

  private static func hint(_ name: String, _ searched: [String], _ known: [String]) -> String {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let repository = parts.last.map { $0.prefix { $0 != ":" && $0 != "@" } } ?? ""
    let isRepository =
      parts.count == 2 && !searched.isEmpty && !parts[0].isEmpty && !repository.isEmpty
      && !parts[0].hasPrefix(".")
    if isRepository {
      return "if it is on the hub, 'unmask models pull \(name.prefix { $0 != "@" })' fetches it"
    }
    return known.isEmpty
      ? "give a directory, or set UNMASK_MODELS to a folder of models"
      : "models found: \(known.joined(separator: ", "))"
  }
}
