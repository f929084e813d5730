/// Something the world can speak of, with each form in which a text names it.
package struct Entry: Sendable {
  /// The forms by their names: "" is the plain one ("the fox"), others are "intro" ("a fox") or "he" ("she").
  package let forms: [String: String]

  /// The plain form.
  package var name: String { forms[""] ?? "" }

  init(_ forms: [String: String]) { self.forms = forms }
}
