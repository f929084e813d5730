@testable import ClosedWorld

/// The worlds that tests share, each made once.
enum SharedWorlds {
  private static let worlds = WorldSize.allCases.map { size in Result { try World(size) } }

  static func world(_ size: WorldSize) throws -> World { try worlds[size.rank].get() }
}
