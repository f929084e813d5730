/// Where a hub is, and what it is told.
package struct HubEndpoint: Equatable, Sendable {
  /// The address, without a slash at its end.
  package let address: String
  /// The token that says who asks; sent to this address only.
  let token: String?

  /// The hub that is asked unless the environment says otherwise.
  package static let standardAddress = "https://huggingface.co"

  /// Reads `HF_ENDPOINT` and `HF_TOKEN`.
  ///
  /// - Parameter environment: The environment variables.
  /// - Throws: ``HubError/malformedEndpoint(_:)``, ``HubError/malformedToken``.
  package init(environment: [String: String]) throws(HubError) {
    var address = environment["HF_ENDPOINT", default: ""]
    if address.isEmpty { address = Self.standardAddress }
    while address.hasSuffix("/") { address.removeLast() }
    let isPlain = address.hasPrefix("http://")
    guard isPlain || address.hasPrefix("https://"), address.count > 8,
      address.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
    else { throw .malformedEndpoint(address) }
    self.address = address
    let token = environment["HF_TOKEN"].flatMap { text in
      let token = text.filter { !$0.isNewline && $0 != " " }
      return token.isEmpty ? nil : token
    }
    guard let token else {
      self.token = nil
      return
    }
    // Nothing may end the line in which curl is told the token.
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
      throw .malformedToken
    }
    let host = address.dropFirst(7).prefix { $0 != "/" && $0 != ":" }
    let isHere = ["localhost", "127.0.0.1"].contains(host)
    // Whoever listens on the way could read it.
    self.token = isPlain && !isHere ? nil : token
  }

  /// Whether addresses without encryption are allowed.
  var isPlain: Bool { address.hasPrefix("http://") }

  /// The address at which the files of a repository are listed, with sizes and checksums.
  func listing(_ repository: HubRepository) -> String {
    "\(address)/api/models/\(repository.name)/revision/\(Self.encoded(repository.revision))"
      + "?blobs=true"
  }

  /// The address of the other list, which comes in pages.
  func tree(_ repository: HubRepository) -> String {
    "\(address)/api/models/\(repository.name)/tree/\(Self.encoded(repository.revision))"
      + "?recursive=true"
  }

  /// The address of a file.
  func file(_ path: String, of repository: HubRepository) -> String {
    let parts = path.split(separator: "/").map { Self.encoded(String($0)) }
    return "\(address)/\(repository.name)/resolve/\(Self.encoded(repository.revision))/"
      + parts.joined(separator: "/")
  }

  /// `text` as one part of an address.
  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        String(UnicodeScalar(byte))
      default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }
}

/// A repository of models, in a version.
package struct HubRepository: Equatable, Sendable {
  /// `ORG/NAME`, or `NAME` alone.
  package let name: String
  /// A branch, a tag or a commit.
  package let revision: String

  /// Checks a name and a version.
  ///
  /// - Throws: ``HubError/malformedName(_:)``.
  package init(_ name: String, revision: String = "main") throws(HubError) {
    func isPlain(_ text: some StringProtocol) -> Bool {
      !text.isEmpty && text.utf8.count <= 96 && !text.hasPrefix(".") && !text.hasPrefix("-")
        && !text.contains("--") && !text.contains("..")
        && text.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
          default: false
          }
        }
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy(isPlain) else {
      throw .malformedName(name)
    }
    let versions = revision.split(separator: "/", omittingEmptySubsequences: false)
    guard versions.allSatisfy(isPlain) else { throw .malformedName("\(name)@\(revision)") }
    self.name = name
    self.revision = revision
  }

  /// Its name where no slash may be.
  package var folder: String {
    "models--" + name.split(separator: "/").joined(separator: "--")
  }
}
