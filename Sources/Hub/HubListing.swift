internal import JSON

/// A file of a repository.
package struct HubFile: Equatable, Sendable {
  /// Its path in the repository, checked to lead nowhere else.
  package var path: String
  /// Its size in bytes.
  package var byteCount: Int
  /// What its contents are; `nil` where the hub does not say.
  package var digest: FileDigest?

  /// Creates a file; the path is not checked.
  package init(path: String, byteCount: Int, digest: FileDigest?) {
    self.path = path
    self.byteCount = byteCount
    self.digest = digest
  }

  /// A number of bytes, for messages.
  static func size(_ count: Int) -> String {
    let units: [(size: Int, name: String)] = [
      (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"),
    ]
    for unit in units where count >= unit.size {
      let tenths = (Double(count) / Double(unit.size) * 10).rounded() / 10
      return "\(tenths) \(unit.name)"
    }
    return "\(count) B"
  }
}

/// The files of a repository, as a hub lists them.
package struct HubListing: Equatable, Sendable {
  /// The files, as listed.
  package var files: [HubFile]
  /// The licence, where the page of the model names one.
  package var licence: String?
  /// Whether every file came with its size.
  var isComplete: Bool

  /// Reads what `/api/models/ORG/NAME/revision/REVISION?blobs=true` answers.
  ///
  /// - Throws: ``HubError/malformedListing(url:reason:)``.
  init(answer bytes: [UInt8], url: String) throws(HubError) {
    let value = try Self.parsed(bytes, url)
    guard let siblings = value["siblings"]?.elements else {
      throw .malformedListing(url: url, reason: "'siblings' is no array")
    }
    files = []
    isComplete = true
    for sibling in siblings {
      guard let path = sibling["rfilename"]?.text else { continue }
      try Self.check(path, url)
      guard let size = Self.size(sibling) else {
        isComplete = false
        continue
      }
      files.append(
        HubFile(path: path, byteCount: size, digest: Self.digest(sibling, git: "blobId")))
    }
    licence = value["cardData"]?["license"]?.text
  }

  /// Reads a page of what `/api/models/ORG/NAME/tree/REVISION?recursive=true` answers.
  ///
  /// - Throws: ``HubError/malformedListing(url:reason:)``.
  init(tree bytes: [UInt8], url: String) throws(HubError) {
    guard let entries = try Self.parsed(bytes, url).elements else {
      throw .malformedListing(url: url, reason: "no array")
    }
    files = []
    isComplete = true
    for entry in entries where entry["type"]?.text == "file" {
      guard let path = entry["path"]?.text, let size = Self.size(entry) else {
        throw .malformedListing(url: url, reason: "a file without path or size")
      }
      try Self.check(path, url)
      files.append(HubFile(path: path, byteCount: size, digest: Self.digest(entry, git: "oid")))
    }
  }

  private static func parsed(_ bytes: [UInt8], _ url: String) throws(HubError) -> JSONValue {
    do throws(JSONSyntaxError) {
      return try JSONParser.parse(bytes)
    } catch {
      throw .malformedListing(url: url, reason: "\(error.problem) at byte \(error.offset)")
    }
  }

  private static func size(_ entry: JSONValue) -> Int? {
    guard let size = (entry["lfs"]?["size"] ?? entry["size"])?.wholeNumber,
      (0...(1 << 50)).contains(size)
    else { return nil }
    return size
  }

  /// Large files have their SHA-256; of them, git's name is that of a pointer.
  private static func digest(_ entry: JSONValue, git key: String) -> FileDigest? {
    func digits(_ value: JSONValue?, _ count: Int) -> String? {
      guard let text = value?.text?.lowercased(), text.utf8.count == count,
        text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
      else { return nil }
      return text
    }
    if let large = entry["lfs"], !large.isNull {
      return (digits(large["sha256"], 64) ?? digits(large["oid"], 64)).map { .sha256($0) }
    }
    return digits(entry[key], 40).map { .gitBlob($0) }
  }

  /// A path is written to this machine's disk: it must stay inside the model's folder.
  private static func check(_ path: String, _ url: String) throws(HubError) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain =
      parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
      && path.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && $0 != "\\" }
      && path.utf8.count <= 1024
    guard isPlain else {
      throw .malformedListing(url: url, reason: "'\(path.shortened)' is no path of a file")
    }
  }
}
