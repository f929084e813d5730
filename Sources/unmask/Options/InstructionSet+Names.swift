import FoundationEssentials
import Kernels

extension Kernels.InstructionSet {
  /// Returns the set called `name`.
  ///
  /// - Parameters:
  ///   - name: What the user wrote.
  ///   - source: Where the user wrote it.
  /// - Returns: A set that this processor has.
  /// - Throws: ``UsageError`` when there is no such set, or this processor lacks it.
  static func named(_ name: String, by source: String) throws(UsageError) -> Self {
    if let named = Self(supported: name) { return named }
    let problem =
      Self(rawValue: name) == nil
      ? "there is no instruction set '\(name)'" : "this processor has no \(name)"
    throw UsageError(
      "\(source): \(problem)",
      hint: "it has \(supported.map(\.rawValue).joined(separator: ", "))")
  }

  /// Checks what the environment says, which everything that computes obeys.
  ///
  /// - Throws: ``UsageError`` as ``named(_:by:)`` does.
  static func checkVariable() throws(UsageError) {
    guard let name = ProcessInfo.processInfo.environment[variable] else { return }
    _ = try named(name, by: variable)
  }
}
