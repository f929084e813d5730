package import PlaygroundUI

/// A screen, or every step of a run, on its way to a file whose name says in which form.
package struct ExportJob: Sendable {
  private let state: Playground.State
  private let theme: Theme
  private let target: Playground.FileTarget

  /// Creates a job.
  ///
  /// - Parameters:
  ///   - state: What is shown.
  ///   - theme: What pictures look like.
  ///   - target: Where it goes.
  package init(_ state: Playground.State, theme: Theme, _ target: Playground.FileTarget) {
    self.state = state
    self.theme = theme
    self.target = target
  }

  /// A form in which a screen can be written.
  private enum Form: CaseIterable {
    case text, movingPicture, picture

    var suffix: String {
      switch self {
      case .text: ".txt"
      case .movingPicture: ".moving.svg"
      case .picture: ".svg"
      }
    }
  }

  /// Writes the file and returns the answer.
  package var message: Playground.Message {
    do {
      guard let form = Form.allCases.first(where: { target.path.hasSuffix($0.suffix) }) else {
        throw FileError(
          target.path, "has no known suffix, expected .txt, .svg, or .moving.svg for the whole run")
      }
      let path = WholeFile.expanded(target.path)
      guard target.replaces || WholeFile.kind(of: path) == .nothing else {
        return .occupied(
          Playground.OccupiedFile(
            path: target.path, freePath: WholeFile.freeName(like: target.path), content: .screen))
      }
      try WholeFile.write(contents(as: form), to: path)
      let what = form == .movingPicture ? "the run" : "the screen"
      return .wrote("\(what) is in \(target.path)", path: target.path)
    } catch { return .failed(Playground.Failure(text: "\(error)")) }
  }

  private func contents(as form: Form) -> String {
    switch form {
    case .text: Playground.screen(for: state).text + "\n"
    case .picture: ScreenPicture(Playground.screen(for: state), theme: theme).svg
    case .movingPicture: MovingPicture(Playground.film(of: state), theme: theme).svg
    }
  }
}
