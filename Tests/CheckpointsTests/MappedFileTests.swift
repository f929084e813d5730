import Glibc
import Checkpoints
import Testing
import _TestSupport

@Suite struct MappedFileTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test func showsTheBytesOfAFile() throws {
    let file = try MappedFile(path: scratch.file("a", [1, 2, 3]))
    #expect(Array(file.bytes) == [1, 2, 3])
  }

  @Test func showsNothingOfAnEmptyFile() throws {
    #expect(try MappedFile(path: scratch.file("a")).bytes.isEmpty)
  }

  @Test func outlivesTheNameOfTheFile() throws {
    let path = try scratch.file("a", [7])
    let file = try MappedFile(path: path)
    unlink(path)
    #expect(Array(file.bytes) == [7])
  }

  @Test func refusesWhatIsNotThere() {
    let path = "\(scratch.path)/none"
    #expect(throws: WeightsError.missing(path: path)) { try MappedFile(path: path) }
  }

  @Test func refusesADirectory() {
    #expect(throws: WeightsError.notRegularFile(path: scratch.path)) {
      try MappedFile(path: scratch.path)
    }
  }

  @Test func refusesANamedPipeWithoutWaiting() {
    let path = "\(scratch.path)/pipe"
    mkfifo(path, 0o600)
    #expect(throws: WeightsError.notRegularFile(path: path)) { try MappedFile(path: path) }
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may read everything"))
  func refusesWhatMayNotBeRead() throws {
    let path = try scratch.file("a", [1])
    chmod(path, 0)
    #expect(throws: WeightsError.unreadable(path: path, reason: "Permission denied")) {
      try MappedFile(path: path)
    }
  }
}
