/// A file of named tensors, opened and checked.
package protocol WeightsFormat: Sendable {
  /// The name of the format, as messages write it.
  static var name: String { get }

  /// How the names of such files usually end, without the dot.
  static var fileExtension: String { get }

  /// Whether `file` begins like one of this format. A cheap test; the initializer checks the rest.
  static func recognises(_ file: MappedFile) -> Bool

  /// Reads the table of tensors of `file`, not the tensors themselves.
  ///
  /// - Throws: ``WeightsError``, for any byte of the table that is not as it should be.
  init(_ file: MappedFile) throws(WeightsError)

  /// The tensors, in the order in which they lie in the file.
  var tensors: [StoredTensor] { get }

  /// What the file says about the model besides its tensors, where its format can.
  var metadata: GGUFMetadata? { get }
}

extension WeightsFormat {
  package var metadata: GGUFMetadata? { nil }
}
