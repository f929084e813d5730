/// A strategy or schedule by name, with the parameters given for it.
///
/// Written `NAME` or `NAME:parameter=value,parameter=value`, as in `entropy:alg-temp=0.1`.
public struct AlgorithmSelection: Equatable, Sendable, CustomStringConvertible {
  /// The name in its registry.
  public var name: String
  /// The parameters that were given; the others keep their defaults.
  public var parameters: ParameterValues

  /// Creates a selection.
  public init(_ name: String, _ parameters: ParameterValues = [:]) {
    self.name = name
    self.parameters = parameters
  }

  /// Reads the form `NAME[:parameter=value,…]`.
  ///
  /// Whether name and parameters exist is checked by the registry that looks them up.
  ///
  /// - Throws: ``SamplerError/malformedSelection(_:)``.
  public init(parsing text: String) throws(SamplerError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else { throw .malformedSelection(text) }
    self.init(String(name))
    guard parts.count == 2 else { return }
    for assignment in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
      let sides = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty,
        parameters[String(sides[0])] == nil
      else { throw .malformedSelection(text) }
      parameters[String(sides[0])] = ParameterValue(parsing: String(sides[1]))
    }
  }

  /// The form the command line reads.
  public var description: String {
    guard !parameters.isEmpty else { return name }
    return name + ":" + parameters.sorted.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
  }
}
