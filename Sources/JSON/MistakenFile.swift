/// What often lies under the name of a model's file and is something else.
///
/// Downloads that failed leave pointers and pages behind, and files get renamed. Said by name, each
/// is mended in a minute; “not a weights file” is not.
public enum MistakenFile: Equatable, Sendable {
  /// Nothing at all.
  case empty
  /// What git keeps in place of a large file.
  case gitLFSPointer
  /// HTML or XML: a login page, a licence page, an error of a storage service.
  case webPage
  /// A short text or JSON object in which a server refuses.
  case refusal(String)
  /// A zip archive, which `torch.save` writes.
  case zipArchive
  /// A pickled Python object, which older versions of `torch.save` write.
  case pickle
  /// An HDF5 file, as Keras writes them.
  case hdf5
  /// A numpy array.
  case numpyArray
  /// A file of llama.cpp.
  case gguf
  /// A file of llama.cpp before 2023.
  case ggml
  /// A tar archive.
  case tarArchive
  /// Compressed data.
  case compressed(String)
  /// Text in UTF-16, as PowerShell writes it.
  case utf16

  /// Recognises what begins with `bytes`; `nil` when it may well be what its name says.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else {
      self = .empty
      return
    }
    if let kind = Self.magics.first(where: { bytes.starts(with: $0.magic) })?.kind {
      self = kind
      return
    }
    if bytes.dropFirst(257).starts(with: "ustar".utf8) {
      self = .tarArchive
      return
    }
    if bytes.count > 2, bytes[0] == 0x80, (2...5).contains(bytes[1]), bytes[2] >= 0x28 {
      self = .pickle
      return
    }
    let text = Self.beginning(of: bytes)
    if text.hasPrefix("<") {
      self = .webPage
    } else if Self.refusals.contains(where: { text.lowercased().hasPrefix($0) }) {
      self = .refusal(text.shortened)
    } else {
      return nil
    }
  }

  private static let magics: [(magic: [UInt8], kind: MistakenFile)] = [
    (Array("version https://git-lfs".utf8), .gitLFSPointer),
    ([0x50, 0x4B, 0x03, 0x04], .zipArchive), ([0x89, 0x48, 0x44, 0x46], .hdf5),
    ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], .numpyArray), (Array("GGUF".utf8), .gguf),
    (Array("lmgg".utf8), .ggml), (Array("tjgg".utf8), .ggml), (Array("fmgg".utf8), .ggml),
    ([0x1F, 0x8B], .compressed("gzip")), ([0x28, 0xB5, 0x2F, 0xFD], .compressed("zstd")),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], .compressed("xz")),
    ([0x42, 0x5A, 0x68], .compressed("bzip2")),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .compressed("7z")),
    (Array("Rar!".utf8), .compressed("rar")),
    ([0xFF, 0xFE], .utf16), ([0xFE, 0xFF], .utf16),
  ]

  /// How servers begin to refuse.
  private static let refusals = [
    "entry not found", "not found", "repository not found", "404", "403", "401", "forbidden",
    "unauthorized", "invalid username", "access to", "access denied", "invalid credentials",
    "{\"error\"", "{ \"error\"", "{\"message\"", "too many requests", "internal server error",
  ]

  /// The first characters after white space and a byte order mark, as far as they are ASCII.
  private static func beginning(of bytes: UnsafeRawBufferPointer) -> String {
    var rest = bytes.prefix(256)[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return String(decoding: rest.prefix { $0 < 0x80 }, as: UTF8.self)
  }
}

extension MistakenFile {
  /// What it is, as a sentence goes on after the path.
  public var description: String {
    switch self {
    case .empty: "the file is empty"
    case .gitLFSPointer: "a Git LFS pointer, not the file itself"
    case .webPage: "a web page, not the file itself"
    case .refusal(let text): "the answer of a server that refused (“\(text)”), not the file itself"
    case .zipArchive: "a zip archive, such as PyTorch writes"
    case .pickle: "a pickled Python object, such as PyTorch writes"
    case .hdf5: "an HDF5 file"
    case .numpyArray: "a numpy array"
    case .gguf: "a GGUF file"
    case .ggml: "a GGML file of before 2023, which nothing reads any more"
    case .tarArchive: "a tar archive"
    case .compressed(let name): "compressed with \(name)"
    case .utf16: "text in UTF-16, expected UTF-8"
    }
  }

  /// What to do about the file at `path`.
  public func hint(path: String) -> String? {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    switch self {
    case .empty: return "the download did not begin; fetch the file again"
    case .gitLFSPointer: return "run 'git lfs pull' in \(folder)"
    case .webPage: return "was a login or the consent to a licence missing? fetch the file again"
    case .refusal: return "check the name and the permission, then fetch the file again"
    case .zipArchive, .pickle:
      // Only weights are worth a conversion.
      let isText = [".json", ".txt", ".model", ".jinja"].contains { path.hasSuffix($0) }
      return isText ? "fetch the file again" : Self.conversion(of: path)
    case .hdf5, .numpyArray, .ggml: return "look for a version of the model in safetensors or GGUF"
    case .gguf: return "rename the file so that it ends in .gguf"
    case .tarArchive: return "unpack it with tar first"
    case .compressed(let name): return "unpack it with \(name) first"
    case .utf16: return "save the file as UTF-8"
    }
  }

  /// The command that turns a PyTorch file into safetensors.
  public static func conversion(of path: String) -> String {
    let target = (path.lastIndex(of: "/").map { String(path[...$0]) } ?? "") + "model.safetensors"
    return """
      PyTorch files can run programs and are not read; convert it: python3 -c 'import torch; from \
      safetensors.torch import save_file; save_file({k: v.clone().contiguous() for k, v in \
      torch.load("\(path)", map_location="cpu", weights_only=True).items()}, "\(target)")'
      """
  }
}
