import Foundation
import Tokenizers

/// A folder of files that exists as long as the value.
final class TokenizerFolder {
  let path: String

  init(_ files: [String: String]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path(percentEncoded: false)
    for (name, text) in files {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func load(_ file: String? = nil) throws -> any Tokenizer {
    try TokenizerFile.load(file.map { "\(path)/\($0)" } ?? path)
  }
}
