/// A schema that cannot be read.
package struct SchemaError: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
