/// One kind of text as a value: what varies in it, and how it reads.
///
/// In a template, `{hero}` is a variable in its plain form, `{hero.he}` in another, `{Hero}` with a capital. `{n+k}` is
/// arithmetic in digits, and `{n+k@number}` the entry of a category at that index. `[one|two|+three]` is a choice of
/// equals, the third from the small world on (`++`: in the full one only). Variables get their values where the text
/// first needs them, each with equal chance; two variables are never the same entry.
package struct Schema: Sendable {
  package let kind: WorldKind
  package let name: String
  /// The smallest world that has it.
  let size: WorldSize
  /// `name: category`, `name: category of owner` or `name: low...high`, the latter also with a range for each size,
  /// separated by bars.
  let variables: [String]
  /// How somebody asks for such a story, if it can be asked for.
  let request: String?
  /// True statements that are never written, only recognised: the other direction of a fact.
  let isHeldOut: Bool
  let template: String

  init(
    _ kind: WorldKind, _ name: String, from size: WorldSize = .tiny, isHeldOut: Bool = false,
    variables: [String], request: String? = nil, _ template: String
  ) {
    self.isHeldOut = isHeldOut
    self.kind = kind
    self.name = name
    self.size = size
    self.variables = variables
    self.request = request
    self.template = template
  }
}
