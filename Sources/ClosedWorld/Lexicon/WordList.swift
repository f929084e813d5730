/// The entries of one category, in the order in which larger worlds add them.
struct WordList: Sendable {
  let category: String
  /// Entries by size, separated by commas; a larger size has those of the smaller ones too.
  let words: [WorldSize: String]
  /// Makes the forms of an entry from how it is written in the list.
  let forms: @Sendable (String) -> [String: String]

  init(
    _ category: String, tiny: String, small: String = "", full: String = "",
    forms: @escaping @Sendable (String) -> [String: String] = { ["": $0] }
  ) {
    self.category = category
    words = [.tiny: tiny, .small: small, .full: full]
    self.forms = forms
  }

  /// The entries of a world of `size`.
  func entries(upTo size: WorldSize) -> [Entry] {
    WorldSize.allCases.filter { $0 <= size }
      .flatMap { (words[$0] ?? "").split(separator: ",") }
      .map { Entry(forms(String($0.drop { $0.isWhitespace }))) }
  }
}
