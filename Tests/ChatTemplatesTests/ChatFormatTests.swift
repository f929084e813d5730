import Foundation
import Testing

@testable import ChatTemplates

@Suite struct ChatFormatTests {
  private func format(_ bytes: [UInt8]) throws -> ChatFormat? {
    let folder = NSTemporaryDirectory() + "unmask-chat-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(bytes).write(to: URL(filePath: folder + "/chat_template.jinja"))
    return try ChatFormat.find(in: folder)
  }

  @Test func aMarkOfWindowsEditorsIsNoPartOfTheTemplate() throws {
    let format = try #require(try format(Array("\u{FEFF}<s>{{ messages[0].content }}".utf8)))
    #expect(try format.text(of: [ChatTurn(role: "user", content: "hi")]) == "<s>hi")
  }

  @Test(arguments: [
    ("<!DOCTYPE html><html>", "a web page"), ("\n<html lang=\"en\">", "a web page"),
    ("version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
  ])
  func whatIsNoTemplateIsCalledByItsName(text: String, name: String) {
    let error = #expect(throws: TemplateError.self) { try format(Array(text.utf8)) }
    #expect(error?.description.contains(name) == true)
  }
}
