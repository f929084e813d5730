/// Something `unmask check` looks at.
protocol Examination {
  /// The title of its section.
  static var title: String { get }
  /// Looks at `subject`.
  ///
  /// - Throws: What keeps it from looking; the section then says so.
  static func section(of subject: CheckSubject) throws -> CheckSection
}

/// Everything that is looked at, in the order of the page.
enum Examinations {
  /// An examination.
  struct Entry: Sendable {
    /// The title of its section.
    let title: String
    /// Looks at a model.
    let section: @Sendable (CheckSubject) throws -> CheckSection

    init(_ title: String, _ section: @escaping @Sendable (CheckSubject) throws -> CheckSection) {
      self.title = title
      self.section = section
    }
  }

  /// The examinations.
  static let all: [Entry] = [
    Entry(AssumptionExamination.title, AssumptionExamination.section),
    Entry(TensorExamination.title, TensorExamination.section),
    Entry(TokenizerExamination.title, TokenizerExamination.section),
    Entry(LossExamination.title, LossExamination.section),
    Entry(FaultExamination.title, FaultExamination.section),
    Entry(GuidanceExamination.title, GuidanceExamination.section),
    Entry(PrecisionExamination.title, PrecisionExamination.section),
    Entry(WritingExamination.title, WritingExamination.section),
    Entry(StepExamination.title, StepExamination.section),
    Entry(EndOfTextExamination.title, EndOfTextExamination.section),
    Entry(ValidityExamination.title, ValidityExamination.section),
    Entry(SpeedExamination.title, SpeedExamination.section),
    Entry(SampleExamination.title, SampleExamination.section),
  ]
}
