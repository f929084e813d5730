/// Why something cannot be had from a hub.
package enum HubError: Error, Equatable, Sendable {
  /// What was typed is no repository.
  case malformedName(String)
  /// The environment names an address that makes no sense.
  case malformedEndpoint(String)
  /// The token cannot be sent.
  case malformedToken
  /// There is no curl.
  case noCurl
  /// The server refuses.
  case refused(url: String, status: Int, repository: String)
  /// The server cannot be reached, or the connection breaks again and again.
  case unreachable(url: String, reason: String)
  /// The answer is no list of files.
  case malformedListing(url: String, reason: String)
  /// The repository holds nothing that can be used.
  case nothingUsable(repository: String, found: [String])
  /// The repository holds several models.
  case severalModels(repository: String, files: [HubFile])
  /// There is no such file.
  case noSuchFile(repository: String, file: String, files: [HubFile])
  /// A file did not arrive as it should be.
  case wrongContents(file: String, reason: String)
  /// There is no room.
  case noSpace(path: String, needed: Int, free: Int)
  /// Something else lies where the model is to be.
  case otherVersion(path: String, files: [String])
  /// Another program is fetching the same.
  case busy(repository: String)
  /// A file cannot be read or written here.
  case file(path: String, reason: String)
  /// The user stopped it.
  case interrupted(repository: String)
}

extension HubError: CustomStringConvertible {
  /// One sentence.
  package var description: String {
    switch self {
    case .malformedName(let name):
      "'\(name)' is no repository of a hub, expected ORG/NAME or ORG/NAME:FILE"
    case .malformedEndpoint(let text):
      "HF_ENDPOINT is '\(text)', expected an address that begins with https:// or http://"
    case .malformedToken: "HF_TOKEN holds characters that no token has"
    case .noCurl: "curl is not installed, and it is what fetches files"
    case .refused(let url, let status, _): "\(url): the server refuses: \(Self.meaning(of: status))"
    case .unreachable(let url, let reason): "\(url): \(reason)"
    case .malformedListing(let url, let reason): "\(url): not a list of files: \(reason)"
    case .nothingUsable(let repository, let found):
      "\(repository): there are no weights in safetensors or GGUF"
        + (found.isEmpty ? "" : ", only \(found.prefix(4).joined(separator: ", "))")
    case .severalModels(let repository, let files):
      "\(repository): there are \(files.count) models: \(Self.list(files))"
    case .noSuchFile(let repository, let file, let files):
      "\(repository): there is no file '\(file)'"
        + (files.isEmpty ? "" : "; the weights are \(Self.list(files))")
    case .wrongContents(let file, let reason): "\(file): \(reason)"
    case .noSpace(let path, let needed, let free):
      "\(path): \(HubFile.size(needed)) are needed, \(HubFile.size(free)) are free"
    case .otherVersion(let path, let files):
      "\(path): there is another version already: \(files.prefix(4).joined(separator: ", ")) differ"
    case .busy(let repository): "\(repository) is being fetched by another program"
    case .file(let path, let reason): "\(path): \(reason)"
    case .interrupted(let repository): "\(repository) has not been fetched to the end"
    }
  }

  /// What to do about it, where that is known.
  package var hint: String? {
    switch self {
    case .malformedName: "for example 'unmask models pull GSAI-ML/LLaDA-8B-Instruct'"
    case .noCurl: "install it, for example with 'sudo apt-get install curl'"
    case .refused(_, let status, let repository): Self.hint(status, repository)
    case .unreachable: "what has arrived is kept: the same command goes on from there"
    case .nothingUsable: "look for a repository that holds the model in safetensors or GGUF"
    case .severalModels(let repository, let files):
      "choose one: 'unmask models pull \(repository):\(files.first?.path ?? "FILE")'"
    case .wrongContents: "try again later; what has arrived of other files is kept"
    case .noSpace: "make room, or set XDG_DATA_HOME to a folder on a larger disk"
    case .otherVersion: "--force replaces these files"
    case .interrupted: "the same command goes on from there"
    default: nil
    }
  }

  private static func meaning(of status: Int) -> String {
    switch status {
    case 401: "401, there is no such repository, or it needs a token"
    case 403: "403, forbidden"
    case 404: "404, there is no such thing"
    case 429: "429, too many requests"
    case 500...: "\(status), it fails"
    default: "\(status)"
    }
  }

  private static func hint(_ status: Int, _ repository: String) -> String? {
    switch status {
    case 401: "check the name; for a private or gated model set HF_TOKEN"
    case 403: "accept the terms on the page of \(repository), and set HF_TOKEN to a token of yours"
    case 404: "check the name"
    case 429, 500...: "try again later; what has arrived is kept"
    default: nil
    }
  }

  private static func list(_ files: [HubFile]) -> String {
    let shown = files.prefix(8).map { "\($0.path) (\(HubFile.size($0.byteCount)))" }
    return shown.joined(separator: ", ")
      + (files.count > 8 ? " and \(files.count - 8) more" : "")
  }
}
