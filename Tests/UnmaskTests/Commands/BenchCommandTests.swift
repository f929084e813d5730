import Testing

@Suite struct BenchCommandTests {
  @Test func measuresTimeArithmeticAndMemory() throws {
    let json = try CommandRun(
      "bench", "--model", Fixture.path("smdm/tiny-a"), "--seconds", "0", "--rows", "16",
      "--threads", "1", "--precision", "f32", "--json"
    ).json()
    #expect(json["rows"].integer == 16)
    #expect(json["threads"].integer == 1)
    #expect(json["precision"].string == "f32")
    for name in ["load_ms", "forward_ms", "forwards_per_second", "gflops", "step_ms"] {
      #expect(json[name].double ?? 0 > 0, "\(name)")
    }
    #expect(json["peak_memory_bytes"].integer ?? 0 >= json["memory_bytes"].integer ?? .max)
  }

  @Test func moreRowsThanTheContextIsAUsageError() throws {
    let run = try CommandRun(
      "bench", "--model", Fixture.path("smdm/tiny-a"), "--rows", "97", "--seconds", "0")
    #expect(run.status == 64)
    #expect(run.errors == "unmask: error: rows is 97, expected 1 to 96\n")
  }
}
