import PlaygroundUI
import Testing

@Suite("Numbers")
struct NumbersTests {
  @Test func areShownWithTheDigitsTheyNeed() {
    #expect(Numbers.fixed(1.306, 2) == "1.31")
    #expect(Numbers.fixed(-0.001, 2) == "0.00")
    #expect(Numbers.fixed(.nan, 2) == "–")
    #expect(Numbers.fixed(1e300, 1) == "huge")
    #expect(Numbers.fixed(12, 0) == "12")
    #expect(Numbers.probability(0.614) == ".61")
    #expect(Numbers.probability(0.999) == "1.0")
    #expect(Numbers.probability(0.004) == ".00")
    #expect(Numbers.short(0.5) == "0.5")
    #expect(Numbers.short(32) == "32")
    #expect(Numbers.short(1e-5) == "1e-05")
    #expect(Numbers.count(3_930_000) == "3.9M")
    #expect(Numbers.count(812) == "812")
    #expect(Numbers.milliseconds(118.4) == "118 ms")
    #expect(Numbers.milliseconds(12_400) == "12.4 s")
  }
}
