/// What a user chooses by name from a registry.
protocol AlgorithmEntry {
  /// How it presents itself.
  var descriptor: AlgorithmDescriptor { get }
}

extension Array where Element: AlgorithmEntry {
  /// Returns the entry `selection` names, after checking its parameters.
  ///
  /// - Parameters:
  ///   - selection: A name, with parameters.
  ///   - kind: What the entries are, in the words of an error.
  /// - Returns: The entry.
  /// - Throws: ``SamplerError/unknownAlgorithm(kind:name:nearest:)`` and what
  ///   ``AlgorithmDescriptor/check(_:)`` throws.
  func entry(
    for selection: AlgorithmSelection, kind: String
  ) throws(SamplerError) -> Element {
    guard let entry = first(where: { $0.descriptor.name == selection.name }) else {
      throw .unknownAlgorithm(
        kind: kind, name: selection.name,
        nearest: nearestName(to: selection.name, in: map(\.descriptor.name)))
    }
    try entry.descriptor.check(selection.parameters)
    return entry
  }
}
