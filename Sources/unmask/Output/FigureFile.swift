/// A figure on disk.
enum FigureFile {
  /// Checks, before any work is done, that a figure may be written to `path`.
  ///
  /// - Throws: ``FileError`` when something else than a figure is there.
  static func check(_ path: String) throws(FileError) {
    guard WholeFile.kind(of: path) != .nothing else { return }
    guard try WholeFile.head(of: path).starts(with: Array("<svg".utf8)) else {
      throw FileError(path, "holds something else than a figure, expected a new file or an SVG")
    }
  }

  /// Writes `chart` to `path`, in place of a figure that was there.
  ///
  /// - Throws: ``FileError``.
  static func write(_ chart: Chart, to path: String) throws(FileError) {
    try check(path)
    try WholeFile.write(chart.svg, to: path)
  }
}
