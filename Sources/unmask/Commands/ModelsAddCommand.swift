import ArgumentParser
import Models

/// Gives a checkpoint a name.
struct ModelsAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Give a checkpoint a name to call it by.",
    discussion: """
      The name is a link in $XDG_DATA_HOME/unmask/models (~/.local/share/unmask/models); the \
      checkpoint stays where it is. Nothing is overwritten.
      """)

  @Argument(help: "A directory, a weights file, or a repository in a hub's cache.")
  var path: String

  @Option(
    help: ArgumentHelp("The name; that of the file or directory unless given.", valueName: "name"))
  var name: String?

  func run() throws {
    let store = try ModelStore.ofUser()
    let place = try ModelSearchPath.standard.path(of: path)
    // What cannot be opened is worth no name.
    let model = try ModelDirectory(path: place)
    let added = try store.add(place, name: name)
    try OutputStream.standard.writeLine(
      "\(added.name): \(model.family), \(abbreviated(model.parameterCount)) parameters, in "
        + model.path)
    let found = try ModelSearchPath.standard.path(of: added.name)
    let isShadowed = try ModelDirectory(path: found).weightsPath != model.weightsPath
    if isShadowed {
      ErrorReport.warn(
        "'\(added.name)' is still another model, \(found), which is searched first")
    }
  }
}

/// Takes the name of a checkpoint away.
struct ModelsRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Take away a name that was added, or a model that was fetched.",
    discussion: """
      A name that 'models add' gave is removed, the checkpoint stays. The files of a model that \
      'models pull' fetched are deleted with --delete only.
      """)

  @Argument(help: "The name.")
  var name: String

  @Flag(help: "Delete the files of a model that lies there itself.")
  var delete = false

  func run() throws {
    let removed = try ModelStore.ofUser().remove(name, deletingFiles: delete)
    try OutputStream.standard.writeLine(
      removed.wasLink ? "\(name): the name is gone, the files stay" : "\(name): deleted")
  }
}

extension ModelStore {
  /// The user's folder of models.
  ///
  /// - Throws: ``UsageError`` when the environment names no place for it.
  static func ofUser() throws(UsageError) -> ModelStore {
    guard let store = ModelStore.standard else {
      throw UsageError("there is no place for models", hint: "set HOME or XDG_DATA_HOME")
    }
    return store
  }
}
