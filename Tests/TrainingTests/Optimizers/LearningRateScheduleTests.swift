import Testing
import Training

@Suite("Learning rates")
struct LearningRateScheduleTests {
  @Test func trapezoidsRiseStayAndFall() {
    let schedule = LearningRateSchedule(form: .trapezoid, warmUpSteps: 4, descent: 0.5)
    #expect(schedule.share(step: 0, progress: 0) == 0.25)
    #expect(schedule.share(step: 3, progress: 0.2) == 1)
    #expect(schedule.share(step: 9, progress: 0.5) == 1)
    #expect(schedule.share(step: 9, progress: 0.75) == 0.5)
    #expect(schedule.share(step: 9, progress: 1) == 0)
  }

  @Test func cosinesEndAtATenth() {
    let schedule = LearningRateSchedule(form: .cosine, warmUpSteps: 0)
    #expect(schedule.share(step: 0, progress: 0) == 1)
    #expect(abs(schedule.share(step: 9, progress: 0.5) - 0.55) < 1e-12)
    #expect(abs(schedule.share(step: 9, progress: 1) - 0.1) < 1e-12)
    #expect(abs(schedule.share(step: 9, progress: 7) - 0.1) < 1e-12)
  }
}
